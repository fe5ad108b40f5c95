import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { readKeptYaml } from './kept-yaml.ts';

const MODULE = JSON.stringify(new URL('./kept-yaml.ts', import.meta.url).href);
let cache = '';
const kept = () => join(cache, 'yaml');

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'sluice-yaml-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
});

/** Read in a process that keeps what it compiles. */
function read(text: string): unknown {
  const script = `const { readKeptYaml } = await import(${MODULE});
    console.log(JSON.stringify(readKeptYaml(${JSON.stringify(text)})));`;
  const env = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: cache };
  const args = ['--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, args, { env }).toString());
}

it('the same text is not read twice', () => {
  expect(read('a: [1, yes]\n')).toEqual({ value: { a: [1, 'yes'] } });
  const [file = '', ...more] = readdirSync(kept());
  expect(more).toEqual([]);
  writeFileSync(join(kept(), file), '{"kept":true}');
  expect(read('a: [1, yes]\n')).toEqual({ value: { kept: true } });
  expect(read('a: [2, yes]\n')).toEqual({ value: { a: [2, 'yes'] } });
});

it('what is kept and broken is read anew', () => {
  read('a: 1\n');
  const [file = ''] = readdirSync(kept());
  writeFileSync(join(kept(), file), '{"a":');
  expect(read('a: 1\n')).toEqual({ value: { a: 1 } });
});

it('a fault is told in one line and not kept, and neither is what JSON cannot say', () => {
  expect(read('a: [1\n')).toEqual({ fault: expect.stringMatching(/^Flow sequence.*[^\n]$/) });
  read('a: .inf\n');
  expect(() => readdirSync(kept())).toThrow('ENOENT');
});

it('where no compiled code is kept, nothing is', () => {
  expect(readKeptYaml('a: .inf\n')).toEqual({ value: { a: Number.POSITIVE_INFINITY } });
});
