import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { outsideNeeds } from '../../src/cli/doctor.ts';

const bin = mkdtempSync(join(tmpdir(), 'sluice-doctor-'));
afterAll(() => rmSync(bin, { recursive: true, force: true }));
const states = (...given: Parameters<typeof outsideNeeds>) =>
  Object.fromEntries(outsideNeeds(...given).map(({ name, state }) => [name.replace('outside ', ''), state]));

describe('doctor: what tasks need from outside', () => {
  it('is absent, with what for and what to do instead', () => {
    const needs = outsideNeeds([], {}, '');
    expect(needs.map(({ name }) => name)).toEqual([
      'outside Kerberos ticket',
      'outside elliott',
      'outside oc',
    ]);
    for (const { state, detail, remedy } of needs) {
      expect(state).toBe('absent');
      expect(detail).toContain('; for ');
      expect(remedy).toEqual(expect.any(String));
    }
  });

  it('is not needed where something else does the work', () => {
    const checks = [{ name: 'module errata', state: 'ok' as const, detail: 'lets us in' }];
    const oar = { trackers_url: 'https://trackers.example.com' };
    expect(states(checks, { oar }, '')).toMatchObject({
      'Kerberos ticket': 'ok',
      elliott: 'ok',
      oc: 'absent',
    });
  });

  it('finds programs on PATH and runs none', () => {
    const ran = join(bin, 'ran');
    for (const name of ['oc', 'git', 'elliott']) {
      writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${ran}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const oar = {
      statebox: { source: 'git', url: 'https://git.example.com/a' },
      records: { source: 'github' },
    };
    const [git] = outsideNeeds([], { oar }, bin).filter(({ name }) => name === 'outside git');
    expect(git).toMatchObject({ state: 'ok', detail: `${join(bin, 'git')}, for the sources statebox` });
    expect(states([], { oar }, `/no/such:${bin}`)).toMatchObject({ oc: 'ok', git: 'ok', elliott: 'absent' });
    const [elliott] = outsideNeeds([], { oar }, bin).filter(({ name }) => name === 'outside elliott');
    expect(elliott?.detail).toContain(`${join(bin, 'elliott')} is there`);
    expect(states([], { oar }, '/no/such')).toMatchObject({ oc: 'absent', git: 'absent' });
    chmodSync(join(bin, 'oc'), 0o644);
    if (process.getuid?.() !== 0) expect(states([], { oar }, bin)).toMatchObject({ oc: 'absent' });
    expect(() => rmSync(ran)).toThrow();
  });
});
