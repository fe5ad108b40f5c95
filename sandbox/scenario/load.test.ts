import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledScenarios, loadScenario } from './load.ts';
import { deepMerge } from './merge.ts';
import { checkScenario } from './schema.ts';
import { parseDuration } from './time.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('loading', () => {
  it('folds in what a scenario extends, over several files', () => {
    file(
      'base.yaml',
      'name: base\nclock: 2026-01-01T00:00:00Z\nportal: { pages: { A: { live: 2026-01-02T00:00:00Z } } }\n',
    );
    file('middle.yaml', 'extends: base.yaml\nname: middle\n');
    const top = file(
      'top.yaml',
      'extends: middle.yaml\nportal: { pages: { B: { live: 2026-01-03T00:00:00Z } } }\n',
    );
    const raw = loadScenario(top);
    expect(raw.extends).toBeUndefined();
    expect(checkScenario(raw, top)).toMatchObject({ name: 'middle', portal: { pages: { A: {}, B: {} } } });
  });

  it('takes an object that extends a bundled one', () => {
    const raw = loadScenario({ extends: 'z-stream-4.20.27', clock: '2026-06-26T00:00:00Z' });
    expect(checkScenario(raw, 'x').clock).toBe(Date.parse('2026-06-26T00:00:00Z'));
  });

  it('names a circle and a missing file', () => {
    file('a.yaml', 'extends: b.yaml\n');
    file('b.yaml', 'extends: a.yaml\n');
    expect(() => loadScenario(join(folder, 'a.yaml'))).toThrow(/circle: .*a\.yaml -> .*b\.yaml -> .*a\.yaml/);
    expect(() => loadScenario('./nowhere.yaml')).toThrow(/no scenario/);
  });

  it('refuses what is no map', () =>
    expect(() => loadScenario(file('list.yaml', '- a\n'))).toThrow(/not a map/));
});

describe('checking', () => {
  const base = { name: 'x', clock: '2026-01-01T00:00:00Z' };

  it.each([
    [{ mirrors: {} }, /Unrecognized key: "mirrors"/],
    [{ clock: '2026-01-01' }, /"2026-01-01" is no instant/],
    [{ clock: '2026-01-01T00:00:00' }, /is no instant/],
    [
      {
        jenkins: {
          first_queue_id: 1,
          jobs: { a: { next: [{ number: 1, duration: 'long', result: 'SUCCESS' }] } },
        },
      },
      /"long" is no duration[\s\S]*jenkins\.jobs\.a/,
    ],
    [{ mirror: { signatures: { 'sha256:1': { published: '2026-01-01T00:00:00Z' } } } }, /signatures/],
  ])('refuses %j', (part, why) => expect(() => checkScenario({ ...base, ...part }, 'x')).toThrow(why));

  it('wants the steps of a timeline in order', () => {
    const state = [
      { at: '2026-01-03T00:00:00Z', value: 'QE' },
      { at: '2026-01-02T00:00:00Z', value: 'REL_PREP' },
    ];
    const advisory = { type: 'RHBA', fulladvisory: 'x', synopsis: 'x', assigned_to: 'a@b.c', state };
    const errata = { users: [], first_push_id: 1, advisories: { 1: advisory } };
    expect(() => checkScenario({ ...base, errata }, 'x')).toThrow(/in the order of time/);
  });

  it.each(bundledScenarios())('takes the bundled %s', (name) => {
    expect(checkScenario(loadScenario(name), name).name).toBe(name);
  });
});

it('merges maps, replaces the rest, and removes by null', () => {
  expect(deepMerge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3], e: 2 }, d: null })).toEqual({
    a: { b: 1, c: [3], e: 2 },
  });
});

it.each([
  ['2h40m', 9_600_000],
  ['90s', 90_000],
  ['1d', 86_400_000],
  [250, 250],
  ['', undefined],
  ['5 minutes', undefined],
  [-1, undefined],
])('reads the duration %j', (text, expected) => expect(parseDuration(text)).toBe(expected));
