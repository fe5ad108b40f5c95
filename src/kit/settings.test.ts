import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorReport } from './errors.ts';
import { loadSettings, parseSettings, stateHome } from './settings.ts';

const refusal = (text: string) => {
  try {
    parseSettings(text, 'sluice.yaml');
  } catch (error) {
    return errorReport(error);
  }
  throw new Error('it was accepted');
};

describe('settings that are wrong', () => {
  it('promise 21: no confirmation of direct calls is for the sandbox alone', () => {
    expect(refusal('confirm: { direct: never }')).toMatchObject({
      code: 'invalid_input',
      cause: 'sluice.yaml: confirm.direct is never without sandbox: true.',
    });
    expect(parseSettings('sandbox: true\nconfirm: { direct: never }', 'sluice.yaml').confirm.direct).toBe(
      'never',
    );
    expect(parseSettings('', 'sluice.yaml').confirm.direct).toBe('update');
    expect(refusal('confirm: { direct: read }').code).toBe('invalid_input');
    expect(refusal('confirm: { direkt: update }').remedy).toContain('Did you mean direct?');
  });

  it('name an unknown key, the one that was probably meant, and all that there are', () => {
    const { code, cause, remedy } = refusal('modlues: {}');
    expect({ code, cause }).toEqual({ code: 'invalid_input', cause: 'sluice.yaml: unknown key "modlues".' });
    expect(remedy).toMatch(/^Did you mean modules\? Known here: sandbox, clock, identity, state, modules,/);
  });

  it('name an unknown key inside a section by its whole path', () => {
    expect(refusal('approvals: { role: { a: [b] } }')).toMatchObject({
      cause: 'sluice.yaml: unknown key "approvals.role".',
      remedy: 'Did you mean roles? Known here: allowed_signers, roles, aliases, people, gitlab, slack.',
    });
    expect(refusal('engine: { nonsense: 1 }')).toMatchObject({
      cause: 'sluice.yaml: unknown key "engine.nonsense".',
      remedy: 'Known here: lease, call_limit.',
    });
  });

  it('W-P17: are told when they are no YAML', () => {
    expect(refusal('a: [1, 2')).toMatchObject({
      code: 'invalid_input',
      cause: expect.stringMatching(/^sluice\.yaml is not YAML: /),
    });
    expect(refusal('sandbox: true\nsandbox: false').cause).toMatch(/not YAML: Map keys must be unique/);
  });

  it.each([
    ['sandbox: maybe', 'sandbox'],
    ['engine: { lease: soon }', 'engine.lease'],
    ['approvals: { roles: { release-approver: [] } }', 'approvals.roles.release-approver'],
    ['sandbox: true\nclock: { url: nonsense }', 'clock.url'],
    ['skills: here', 'skills'],
  ])('name the field: %s', (text, field) => {
    expect(refusal(text).cause).toContain(`sluice.yaml: ${field}: `);
  });
});

describe('the people and ways of approvals', () => {
  const gitlab = 'modules: { gitlab: { base_url: https://gitlab.example.com, token: env:T } }\n';

  it('are read', () => {
    const people = '{ ann@example.com: { gitlab: ann, slack: U0ANN }, bob@example.com: { gitlab: 17 } }';
    const { approvals } = parseSettings(
      `${gitlab}approvals: { people: ${people}, gitlab: { project: group/approvals } }`,
      'sluice.yaml',
    );
    expect(approvals.people).toEqual({
      'ann@example.com': { gitlab: 'ann', slack: 'U0ANN' },
      'bob@example.com': { gitlab: 17 },
    });
    expect(parseSettings('', 'sluice.yaml').approvals).toEqual({ roles: {}, aliases: {}, people: {} });
  });

  it.each([
    ['{ a: { gitlab: ann }, b: { gitlab: Ann } }', "Ann is a's account already"],
    ['{ a: { gitlab: 17 }, b: { gitlab: 17 } }', "17 is a's account already"],
    ['{ a: { slack: U0ANN }, b: { slack: U0ANN } }', "U0ANN is a's account already"],
  ])('promise 19: give no account to two: %s', (people, cause) => {
    expect(refusal(`approvals: { people: ${people} }`).cause).toContain(cause);
  });

  it.each([
    ['approvals: { people: { a: { slack: ann } } }', 'approvals.people.a.slack'],
    ['approvals: { people: { a: { github: ann } } }', 'github'],
    ['approvals: { gitlab: { project: alone } }', 'approvals.gitlab.project'],
    ['approvals: { slack: { channel: releases, signing_secret: in-the-clear } }', 'signing_secret'],
    ['approvals: { slack: { channel: releases } }', 'signing_secret'],
    ['approvals: { gitlab: { project: group/approvals } }', 'approvals.gitlab is set without modules.gitlab'],
    [
      'approvals: { slack: { channel: releases, signing_secret: env:S } }',
      'approvals.slack is set without modules.slack',
    ],
  ])('are refused: %s', (text, cause) => {
    expect(refusal(text).cause).toContain(cause);
  });
});

describe('a sandbox', () => {
  it.each([
    'https://errata.example.com',
    'http://10.0.0.1:80',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com/',
    'http://example.com@127.example.com',
    'http://0.0.0.0:80',
    'not a url',
  ])('has no base URL such as %s', (url) => {
    const text = `sandbox: true\nmodules: { errata: { base_url: ${JSON.stringify(url)} } }`;
    expect(refusal(text)).toMatchObject({
      cause: `sluice.yaml: sandbox: true, but modules.errata.base_url is ${url}.`,
      remedy: expect.stringContaining('on loopback'),
    });
  });

  it('checks every URL of a module, and its clock', () => {
    expect(
      refusal('sandbox: true\nmodules: { prow: { gangway_url: https://x.example.com } }').cause,
    ).toContain('modules.prow.gangway_url');
    expect(
      refusal(
        'sandbox: true\nmodules: { kubernetes: { clusters: { a: { base_url: https://x.example.com } } } }',
      ).cause,
    ).toContain('modules.kubernetes.clusters.a.base_url');
    expect(refusal('sandbox: true\nmodules: { konflux: { kubeconfig: ~/.kube/config } }').cause).toContain(
      'modules.konflux.kubeconfig',
    );
    expect(
      refusal(
        'sandbox: true\nmodules: { git: { repositories: { a: { url: https://x.example.com/a.git } } } }',
      ).cause,
    ).toContain('modules.git.repositories.a.url');
    expect(refusal('sandbox: true\nclock: { url: https://x.example.com/clock }').cause).toContain(
      'clock.url',
    );
  });

  it.each(['http://127.0.0.1:4600/errata', 'http://localhost:1', 'http://[::1]:4600'])(
    'is content with %s',
    (url) => {
      expect(parseSettings(`sandbox: true\nmodules: { errata: { base_url: "${url}" } }`, 'f').sandbox).toBe(
        true,
      );
    },
  );

  it('alone may have a virtual clock', () => {
    expect(refusal('clock: { url: "http://127.0.0.1:1/clock" }')).toMatchObject({
      cause: 'sluice.yaml: clock is set without sandbox: true.',
    });
  });
});

describe('records at the top', () => {
  it('are the settings of the z-stream module', () => {
    const { modules } = parseSettings(
      'records: { source: directory, path: /r }\nbuild_data: { source: git, url: u, branch: b }\nmodules: { oar: { portal_url: p } }',
      'f',
    );
    expect(modules.oar).toEqual({
      records: { source: 'directory', path: '/r' },
      build_data: { source: 'git', url: 'u', branch: 'b' },
      portal_url: 'p',
    });
  });

  it('yield to what the module itself says, and make no module where there are none', () => {
    const { modules } = parseSettings(
      'statebox: { source: git }\nmodules: { oar: { statebox: { source: github } } }',
      'f',
    );
    expect(modules.oar).toEqual({ statebox: { source: 'github' } });
    expect(parseSettings('identity: me', 'f').modules).toEqual({});
  });
});

describe('products at the top', () => {
  it('are the settings of the module for saas files', () => {
    const { modules } = parseSettings(
      'products: { demo: { file: a.yml } }\nmodules: { appinterface: { repository: r } }',
      'f',
    );
    expect(modules).toEqual({ appinterface: { repository: 'r', products: { demo: { file: 'a.yml' } } } });
  });

  it('yield to one of the same name in the module, and stand beside the others', () => {
    const { modules } = parseSettings(
      'products: { a: { file: top }, b: { file: top } }\nmodules: { appinterface: { products: { b: { file: own }, c: { file: own } } } }',
      'f',
    );
    expect(modules.appinterface).toEqual({
      products: { a: { file: 'top' }, b: { file: 'own' }, c: { file: 'own' } },
    });
  });

  it('make no module where there are none, and hide no fault of the module', () => {
    expect(parseSettings('identity: me', 'f').modules).toEqual({});
    const { modules } = parseSettings(
      'products: { a: { file: top } }\nmodules: { appinterface: { products: [wrong] } }',
      'f',
    );
    expect(modules.appinterface).toEqual({ products: ['wrong'] });
  });

  it.each(['products: [demo]', 'products: { demo: file.yml }'])('are refused as %s', (text) => {
    expect(refusal(text).cause).toMatch(/^sluice\.yaml: products/);
  });
});

it('W-P17: has defaults for everything: an empty file is enough', () => {
  expect(parseSettings('', 'f')).toEqual(parseSettings('{}', 'f'));
  expect(parseSettings('', 'f')).toMatchObject({
    sandbox: false,
    modules: {},
    engine: { lease: '60s', call_limit: '30s' },
  });
});

describe('the settings file', () => {
  let home = '';
  let before = '';
  const write = (file: string, identity: string) => writeFileSync(file, `identity: ${identity}\n`);

  beforeEach(() => {
    before = process.cwd();
    home = mkdtempSync(join(tmpdir(), 'sluice-settings-'));
    mkdirSync(join(home, '.config', 'sluice'), { recursive: true });
    mkdirSync(join(home, 'here'));
    process.chdir(join(home, 'here'));
    vi.stubEnv('HOME', home);
    vi.stubEnv('SLUICE_CONFIG', undefined);
    vi.stubEnv('SLUICE_HOME', undefined);
    vi.stubEnv('XDG_STATE_HOME', undefined);
  });
  afterEach(() => {
    process.chdir(before);
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  it('is the one of --config, else of SLUICE_CONFIG, else ./sluice.yaml, else that of the user', () => {
    expect(loadSettings()).toEqual({ file: undefined, settings: parseSettings('', 'f') });
    write(join(home, '.config', 'sluice', 'sluice.yaml'), 'user');
    expect(loadSettings().settings.identity).toBe('user');
    write('sluice.yaml', 'folder');
    expect(loadSettings().settings.identity).toBe('folder');
    write('env.yaml', 'env');
    vi.stubEnv('SLUICE_CONFIG', 'env.yaml');
    expect(loadSettings().settings.identity).toBe('env');
    write('flag.yaml', 'flag');
    expect(loadSettings('flag.yaml')).toMatchObject({
      file: join(process.cwd(), 'flag.yaml'),
      settings: { identity: 'flag' },
    });
  });

  it('must be there when it was named, and then no other one is read instead', () => {
    write('sluice.yaml', 'folder');
    expect(() => loadSettings('missing.yaml')).toThrow(/The settings file .*missing\.yaml cannot be read/);
    vi.stubEnv('SLUICE_CONFIG', 'gone.yaml');
    expect(() => loadSettings()).toThrow(/gone\.yaml cannot be read/);
  });

  it('leaves the state folder to SLUICE_HOME, else names it, else the user has one', () => {
    writeFileSync('sluice.yaml', 'state: { home: rel }\n');
    expect(stateHome(loadSettings())).toBe(join(process.cwd(), 'rel'));
    vi.stubEnv('SLUICE_HOME', '/elsewhere');
    expect(stateHome(loadSettings())).toBe('/elsewhere');
    vi.stubEnv('SLUICE_HOME', undefined);
    writeFileSync('sluice.yaml', '');
    expect(stateHome(loadSettings())).toBe(join(home, '.local', 'state', 'sluice'));
    vi.stubEnv('XDG_STATE_HOME', '/xdg');
    expect(stateHome(loadSettings())).toBe('/xdg/sluice');
  });
});
