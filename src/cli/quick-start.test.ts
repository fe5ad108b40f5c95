import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sluice } from '../../test/support/cli-world.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sluice-start-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Starts with this home and this temporary folder: what is in the cache folders of both afterwards. */
async function started(env: { HOME: string; XDG_CACHE_HOME?: string }) {
  const tmp = folder();
  const ran = await sluice(['--help'], { ...env, TMPDIR: tmp });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const inTmp = join(tmp, `sluice-cache-${process.getuid?.()}`);
  return { inTmp: existsSync(inTmp) ? readdirSync(inTmp).length : 0 };
}

it('what was compiled is kept in the cache folder of the user, for nobody else to see', async () => {
  const home = folder();
  expect(await started({ HOME: home })).toEqual({ inTmp: 0 });
  const cache = join(home, '.cache', 'sluice');
  expect(readdirSync(cache)).not.toEqual([]);
  expect(statSync(cache).mode & 0o777).toBe(0o700);
});

it('XDG_CACHE_HOME says where', async () => {
  const home = folder();
  const named = folder();
  expect(await started({ HOME: home, XDG_CACHE_HOME: named })).toEqual({ inTmp: 0 });
  expect(readdirSync(join(named, 'sluice'))).not.toEqual([]);
  expect(readdirSync(home)).toEqual([]);
});

it('a home that is not there is not made: the temporary folder serves', async () => {
  const home = join(folder(), 'nobody');
  expect(await started({ HOME: home })).toEqual({ inTmp: 1 });
  expect(existsSync(home)).toBe(false);
});

it('nothing is run from a cache into which others can write', async () => {
  const home = folder();
  const cache = join(home, '.cache', 'sluice');
  mkdirSync(cache, { recursive: true });
  chmodSync(cache, 0o777);
  expect(await started({ HOME: home })).toEqual({ inTmp: 1 });
  expect(readdirSync(cache)).toEqual([]);
});
