import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliWorld } from '../support/cli-world.ts';

const world = cliWorld();
beforeAll(async () => {
  // The empty database is there from the first command on; what is refused adds nothing to it.
  await world.run('list');
});

const INVALID = { exit: 2, code: 'invalid_input' };

describe('a release', () => {
  it.each(['drive', 'plan'])('W-S02: that is missing is asked for by %s, with its type', async (verb) => {
    const error = await world.refused([verb, 'z-stream'], INVALID);
    expect(error).toMatchObject({
      cause: 'z-stream needs the input release (text).',
      remedy: 'Usage: z-stream release=4.20.27 [owner=lead@example.com]',
    });
  });

  it.each([
    '4.20',
    'latest',
    '4.20.1; rm',
    '4.20.27 ',
    '04.20.27',
    '../4.20.27',
    '4.20.27\n',
    '4.20.27-rc',
    '-1.2.3',
    '$(id)',
  ])('that is %j is refused', async (release) => {
    const error = await world.refused(['drive', 'z-stream', `release=${release}`], INVALID);
    expect(error.cause).toBe(`release is ${JSON.stringify(release)}, which is not valid here.`);
    expect(error.remedy).toContain('for example 4.20.27');
  });

  it('that nobody began is not found', async () => {
    for (const verb of [
      ['status'],
      ['explain'],
      ['cancel', '--reason', 'because'],
      ['drive'],
      ['journal', 'verify'],
      ['journal', 'export'],
    ]) {
      const error = await world.refused([...verb, 'z-stream-9.9.9'], { exit: 2, code: 'not_found' });
      expect(error.cause).toContain('"z-stream-9.9.9"');
    }
  });
});

it('an owner that is no address is refused', async () => {
  const error = await world.refused(['drive', 'z-stream', 'release=4.20.27', 'owner=me'], INVALID);
  expect(error.cause).toBe('owner is "me", which is not an e-mail address.');
});

it('W-S03: an input that there is not is named, with the one that was meant', async () => {
  const error = await world.refused(['drive', 'z-stream', 'relaese=4.20.27'], INVALID);
  expect(error).toMatchObject({
    cause: 'z-stream has no input "relaese".',
    remedy: expect.stringContaining('Did you mean release?'),
  });
});

it('a word that is no key=value is named', async () => {
  const error = await world.refused(['drive', 'z-stream', '4.20.27'], INVALID);
  expect(error.cause).toBe('"4.20.27" is not key=value.');
});

it('an unknown flow is named, with the one that was meant', async () => {
  const error = await world.refused(['drive', 'z-strem', 'release=4.20.27'], { exit: 2, code: 'not_found' });
  expect(error).toMatchObject({
    cause: 'There is no flow "z-strem".',
    remedy: expect.stringContaining('Did you mean z-stream?'),
  });
});

describe('a call', () => {
  it.each(['{"release":', "{'a': 1}", 'release=4.20.27'])(
    'with %j for arguments is refused',
    async (text) => {
      const error = await world.refused(['call', 'release_controller_get_release', text], INVALID);
      expect(error.cause).toBe(`The arguments are not JSON: ${text}.`);
    },
  );

  it.each([
    ['{}', 'release'],
    ['{"release":7}', 'release'],
    ['{"release":"4.20.27","verdict":"PASS"}', 'verdict'],
    ['[]', 'expected object'],
  ])('with %s names what is wrong', async (text, named) => {
    const error = await world.refused(['call', 'release_controller_get_release', text], INVALID);
    expect(error.cause).toMatch(new RegExp(`^release_controller_get_release: .*${named}`));
    expect(error.remedy).toMatch(/^It takes \{ release/);
  });

  it('of an unknown tool names the one that was meant', async () => {
    const error = await world.refused(['call', 'oar_get_test_reslut', '{}'], {
      exit: 6,
      code: 'tool_missing',
    });
    expect(error).toMatchObject({
      cause: 'There is no tool "oar_get_test_reslut".',
      remedy: expect.stringContaining('oar_get_test_result'),
    });
  });
});

describe('settings', () => {
  const write = (name: string, text: string) => {
    const file = join(world.folder(), name);
    writeFileSync(file, text);
    return file;
  };

  it('with an unknown key name it', async () => {
    const file = world.settings('unknown-key', { aprovals: {} });
    const error = await world.refused(['drive', 'z-stream', 'release=4.20.27', '--config', file], INVALID);
    expect(error).toMatchObject({
      cause: `${file}: unknown key "aprovals".`,
      remedy: expect.stringContaining('Did you mean approvals?'),
    });
  });

  it('that are no YAML, not there, or half a sandbox are named', async () => {
    const broken = write('broken.yaml', 'a: [');
    expect((await world.refused(['list', '--config', broken], INVALID)).cause).toContain(
      `${broken} is not YAML`,
    );
    expect((await world.refused(['list', '--config', '/no/such.yaml'], INVALID)).cause).toContain(
      '/no/such.yaml cannot be read',
    );
    const outside = write(
      'outside.yaml',
      'sandbox: true\nmodules: { errata: { base_url: "https://errata.example.com" } }',
    );
    expect((await world.refused(['list', '--config', outside], INVALID)).cause).toContain(
      'modules.errata.base_url',
    );
  });

  it('without the modules of a flow name them', async () => {
    const home = join(world.folder(), 'bare-state');
    mkdirSync(home);
    const file = write('bare.yaml', `state: { home: ${home} }\n`);
    await world.run('list', '--config', file);
    const error = await world.refused(
      ['drive', 'z-stream', 'release=4.20.27', '--config', file],
      { exit: 6, code: 'tool_missing' },
      home,
    );
    expect(error.cause).toMatch(/modules\.errata|modules\.oar/);
  });
});

it('a verb, an option or a port that there is not is refused', async () => {
  expect((await world.refused(['drvie'], INVALID)).cause).toContain("unknown command 'drvie'");
  expect((await world.refused(['list', '--colour'], INVALID)).cause).toContain("unknown option '--colour'");
  expect((await world.refused(['approve', 'x', '--step', 'y'], INVALID)).cause).toContain('--plan');
  expect((await world.refused(['sandbox', '--port', 'eighty'], INVALID)).cause).toBe('eighty is not a port.');
});
