import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIGITS, HEAD, namespaceFile, SHAPES } from './testing/files.ts';
import { type AppWorld, appWorld, FILE, saasFile, UPSTREAM } from './testing/world.ts';

const TEMPLATES = `resourceTemplates:
- name: demo
  url: https://git.example.com/demo/demo
  path: /deploy/template.yml
  targets:
`;

describe('reading tools', () => {
  let world: AppWorld;
  beforeAll(async () => {
    world = await appWorld({
      product: { targets: { production: { namespace: 'demo-prod' }, gone: { target: 'no' } } },
    });
  });
  afterAll(async () => {
    // Reading changes nothing, in upstream or in the fork.
    expect(world.server.landed()).toEqual([]);
    expect(world.server.requests.filter((line) => line.includes('git-receive-pack'))).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  it('appinterface_get_config answers what upstream declares, and at which commit', async () => {
    const { c2 } = world.code;
    const head = world.server.tip(UPSTREAM, 'main') ?? '';
    const answer = await world.read('get_config', { product: 'demo' });
    expect(answer).toMatchObject({
      product: 'demo',
      file: FILE,
      commit: head,
      name: 'demo',
      app: '/services/demo/app.yml',
      deprecated: false,
      templates: [
        {
          name: 'demo',
          url: 'https://git.example.com/demo/demo',
          path: '/deploy/template.yml',
          hash_length: 7,
          targets: 3,
        },
      ],
      targets: [
        expect.objectContaining({ namespace: namespaceFile('demo-stage'), ref: 'main', ref_kind: 'branch' }),
        {
          template: 'demo',
          namespace: namespaceFile('demo-prod'),
          labels: ['production'],
          ref: c2,
          ref_kind: 'pin',
          file: FILE,
          line: world.fileAt(UPSTREAM, 'main').split('\n').indexOf(`    ref: ${c2}`) + 1,
          bytes: [expect.any(Number), expect.any(Number)],
        },
        expect.objectContaining({ namespace: namespaceFile('demo-prod-billing') }),
      ],
      total: 3,
      truncated: false,
      refs: { production: c2 },
      warnings: [expect.stringMatching(/^gone: 0 targets match target no/)],
      summary: `${FILE} at ${head.slice(0, 12)} has 3 targets, 2 of them pinned; 1 labels mean no single target.`,
    });
  });

  it('appinterface_get_config reads at another commit, shows parameters, and says what it cut', async () => {
    const answer = await world.read('get_config', { file: FILE, at: 'main', parameters: true, limit: 2 });
    expect(answer).toMatchObject({ product: null, refs: {}, total: 3, truncated: true });
    expect(answer).toHaveProperty('targets.1.parameters', { REPLICAS: '3' });
    await expect(world.read('get_config', { product: 'demo', at: 'no-such' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it.each([
    ['both', { product: 'demo', file: FILE }, 'invalid_input'],
    ['neither', {}, 'invalid_input'],
    ['an unknown product', { product: 'x' }, 'not_found'],
    ['a name of Object', { product: 'constructor' }, 'not_found'],
    ['a path that leaves', { file: '../x.yml' }, 'invalid_input'],
    ['an absolute path', { file: '/etc/x.yml' }, 'invalid_input'],
    ['a file that is not there', { file: 'data/x.yml' }, 'not_found'],
  ])('appinterface_get_config refuses %s', async (_, input, code) => {
    await expect(world.read('get_config', input)).rejects.toMatchObject({ code });
  });

  it('appinterface_list_targets says what names each target', async () => {
    const answer = await world.read('list_targets', { product: 'demo' });
    expect(answer).toMatchObject({ files: [FILE], total: 3, addressable: 3, truncated: false });
    expect(answer).toHaveProperty(
      'targets.1',
      expect.objectContaining({
        labels: ['demo/production'],
        locator: { template: 'demo', namespace: namespaceFile('demo-prod') },
        shared_with: 0,
      }),
    );
  });

  it('appinterface_list_targets searches all products for a namespace', async () => {
    expect(await world.read('list_targets', { namespace: 'demo-prod' })).toMatchObject({
      total: 1,
      files: [FILE],
    });
    expect(await world.read('list_targets', { namespace: 'demo-pro' })).toMatchObject({ total: 0 });
    await expect(world.read('list_targets', {})).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('appinterface_validate judges what upstream holds', async () => {
    expect(await world.read('validate', { product: 'demo' })).toMatchObject({
      valid: true,
      errors: 0,
      findings: [{ severity: 'warning', rule: 'label', message: expect.stringContaining('gone') }],
    });
  });

  it('W-R15 appinterface_validate judges a text that is given', async () => {
    const content = saasFile({ production: DIGITS, billing: 'v1.0' });
    const answer = await world.read('validate', { file: FILE, content });
    expect(answer).toMatchObject({ commit: null, valid: false, errors: 1, warnings: 1 });
    expect(answer).toHaveProperty(
      'findings.0',
      expect.objectContaining({ severity: 'error', rule: 'ref_pattern', file: FILE }),
    );
    expect(answer).toHaveProperty(
      'findings.1',
      expect.objectContaining({ rule: 'quote_it', message: expect.stringContaining('quote it') }),
    );
    expect(await world.read('validate', { file: FILE, content: 'a: [' })).toMatchObject({
      valid: false,
      findings: [{ rule: 'yaml', line: 1 }],
    });
  });
});

describe('targets of all shapes', () => {
  it('W-R12 W-R13 are listed with what cannot be addressed, and why', async () => {
    const OWN = '/services/demo/targets/own.yml';
    const more = `  - $ref: ${OWN}\n  - $ref: /services/demo/targets/missing.yml\n${TEMPLATES.replace('resourceTemplates:\n', '').replace('name: demo', 'name: second')}`;
    const twice = `  - namespace: {$ref: ${namespaceFile('twice')}}\n    ref: main\n`;
    await using world = await appWorld({
      file: () => `${SHAPES}${more}${twice}${twice.replace('    ref', '    name: named\n    ref')}`,
      product: { targets: {} },
    });
    const target = `$schema: /app-sre/saas-file-target-1.yml\nnamespace: {$ref: ${namespaceFile('own')}}\nref: v1\n`;
    world.server.seed(UPSTREAM, [{ branch: 'main', files: { [`data${OWN}`]: target } }]);

    const answer = await world.read('list_targets', { product: 'demo' });
    expect(answer).toMatchObject({ total: 8, addressable: 6 });
    const { targets } = answer as { targets: Record<string, unknown>[] };
    expect(targets.map(({ locator, not_addressable: why }) => [locator, why])).toEqual([
      [{ template: 'demo', namespace: namespaceFile('demo-stage') }, undefined],
      [{ template: 'demo', namespace: namespaceFile('demo-prod') }, undefined],
      [{ template: 'demo', namespace: namespaceFile('demo-prod-billing') }, undefined],
      [{ template: 'demo', target: 'everywhere' }, expect.stringContaining('namespaceSelector')],
      [{ template: 'demo', namespace: namespaceFile('own') }, undefined],
      [null, expect.stringContaining('was not read')],
      [null, undefined],
      [{ template: 'second', namespace: namespaceFile('twice'), target: 'named' }, undefined],
    ]);
    expect(targets[4]).toMatchObject({ file: `data${OWN}`, ref: 'v1', ref_kind: 'other' });
    expect(targets[6]).toMatchObject({ shared_with: 1 });
    expect(targets[1]).toMatchObject({
      promotion: { auto: true, soak_days: 3 },
      warnings: expect.any(Array),
    });

    const findings = await world.read('validate', { product: 'demo' });
    expect(findings).toMatchObject({ valid: false, errors: 2 });
    expect(JSON.stringify(findings)).toContain('there is no target file /services/demo/targets/missing.yml');
    expect(JSON.stringify(findings)).toContain(`"file":"data${OWN}","path":"ref"`);
  });

  it('answer in less than 10 KB, however many there are', async () => {
    const many = Array.from(
      { length: 150 },
      (_, index) =>
        `  - namespace: {$ref: ${namespaceFile(`namespace-with-a-long-name-${index}`)}}\n    ref: '${String(index).padStart(40, 'a')}'\n`,
    );
    await using world = await appWorld({
      file: () => HEAD + TEMPLATES + many.join(''),
      product: { targets: {} },
    });
    for (const tool of ['get_config', 'list_targets']) {
      const answer = await world.read(tool, { product: 'demo' });
      expect(answer).toMatchObject({ total: 150, truncated: true });
      expect(JSON.stringify(answer).length, tool).toBeLessThan(10_000);
    }
  });

  it('is no text, says so', async () => {
    await using world = await appWorld({ file: () => '\u0000' });
    await expect(world.read('get_config', { product: 'demo' })).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('not UTF-8'),
    });
  });
});
