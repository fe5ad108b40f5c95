import { describe, expect, it } from 'vitest';
import { C4, shipDemo } from '../support/ship.ts';

interface Report {
  release_id: string;
  state: string;
  plan_hash: string | null;
  blocked_by: { step: string; cause: string; remedy: string }[];
  steps: { id: string; state: string; cause: string }[];
}

interface Rehearsal {
  flow: string;
  result: string;
  findings: string[];
  current: boolean;
}

const {
  world: at,
  cli,
  drive,
} = shipDemo<Report>({
  settings: (given) => {
    given.environments = { production: { rehearsal: { max_age: '30d' } } };
  },
});
const rehearse = async (...words: string[]) => {
  const { code, out, err } = await at().run(['rehearse', ...words, '--json']);
  expect(err).toBe('');
  return { code, rehearsal: JSON.parse(out) as Rehearsal };
};

describe('sluice rehearse', () => {
  it('what was never rehearsed does not reach production; forward and back in a sandbox, and it does', async () => {
    const inputs = ['product=demo-backend', `commit=${C4}`];
    const asked = await drive('release-prod', ...inputs);
    await cli('confirm', asked.release_id, '--step', 'confirm', '--plan', asked.plan_hash ?? '');
    const blocked = await drive(asked.release_id);
    expect(blocked.state).toBe('blocked');
    expect(blocked.blocked_by[0]).toMatchObject({
      step: 'change',
      cause: expect.stringContaining('release-prod was never rehearsed.'),
      remedy: expect.stringContaining('sluice rehearse release-prod'),
    });
    const before = (await at().requests()).filter(({ mutating }) => mutating);
    const { code, rehearsal } = await rehearse('release-prod', ...inputs, '--faults', 'none');
    expect([code, rehearsal.result]).toEqual([0, 'passed']);
    expect(rehearsal.findings).toEqual(
      expect.arrayContaining([
        'forward: done (confirm: yes)',
        'back: rolled back (confirm: yes)',
        expect.stringMatching(/^stays: ticket, DEMO: /),
        'what is declared is byte by byte what it was before',
      ]),
    );
    // It happened in a world of its own.
    expect((await at().requests()).filter(({ mutating }) => mutating)).toEqual(before);
    const { out } = await at().run(['rehearse', '--json']);
    const known = JSON.parse(out).rehearsals as Rehearsal[];
    expect(known.map(({ flow, result, current }) => [flow, result, current])).toEqual([
      ['release-prod', 'passed', true],
      ['rollback', 'passed', true],
    ]);
    await at().pass('16m');
    const report = await cli('drive', asked.release_id);
    expect(report.steps.find(({ id }) => id === 'change')?.state).toBe('done');
  }, 400_000);

  it('with faults and killed drivers, nothing comes twice', async () => {
    const { code, rehearsal } = await rehearse(
      'notify-team',
      'channel=demo-releases',
      'message=It runs.',
      'about=x',
      '--faults',
      'all',
      '--seed',
      '5',
    );
    expect([code, rehearsal.result, rehearsal.findings]).toEqual([0, 'passed', expect.any(Array)]);
    expect(rehearsal.findings.join('\n')).toMatch(
      /^forward: done\nback: .*Nothing that [\s\S]*with \d+ faults \(seed 5\)/,
    );
  }, 400_000);

  it('fails where the flow does not reach its end, and says at what', async () => {
    const inputs = ['product=demo-backend', 'commit=65e6802'];
    const { code, rehearsal } = await rehearse('release-prod', ...inputs);
    expect([code, rehearsal.result]).toEqual([5, 'failed']);
    expect(rehearsal.findings[0]).toMatch(/^WRONG: forward it ends failed: .*critical/);
  }, 400_000);

  it('refuses what it does not know', async () => {
    for (const [words, said] of [
      [['no-such-flow'], 'no-such-flow'],
      [['release-prod', '--faults', 'many'], '--faults many is unknown'],
      [['release-prod', '--seed', 'x'], '--seed x is no number'],
    ] as const) {
      const { code, out } = await at().run(['rehearse', ...words, '--json']);
      expect([code === 0, JSON.parse(out).error.cause]).toEqual([false, expect.stringContaining(said)]);
    }
  });
});
