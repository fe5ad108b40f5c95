import { describe, expect, it } from 'vitest';
import { C1, C4, shipDemo } from '../support/ship.ts';

interface Report {
  release_id: string;
  state: string;
  summary: string;
  plan_hash: string | null;
  steps: { id: string; state: string; cause: string }[];
}

/** The tag of the commit stands for the image of another one. */
const MOVED_TAG = { registry: { tags: { 'demo-org/demo-backend': { [C4]: 'ship-c1' } } } };

const { world: at, cli, drive } = shipDemo<Report>();
const confirm = (asked: Report, ...words: string[]) =>
  cli('confirm', asked.release_id, '--step', 'confirm', '--plan', asked.plan_hash ?? '', ...words);
const state = (report: Report, step: string) => report.steps.find(({ id }) => id === step)?.state;
const cause = (report: Report, step: string) => report.steps.find(({ id }) => id === step)?.cause ?? '';
const changes = async () => (await at().effects()).map(({ system, kind, key }) => `${system} ${kind} ${key}`);
const sent = async () => (await at().requests()).filter(({ mutating }) => mutating);

describe('release-prod', () => {
  it('W-R01, W-R04, W-R09, W-R28: reads and gates, a yes, one branch, one merge request, one ticket, until it runs; and back', async () => {
    const asked = await drive('release-prod', 'product=demo-backend', 'commit=a2489b8');
    expect(asked.state).toBe('needs_decision');
    // W-R04: a short id was resolved to the whole one.
    expect(cause(asked, 'commit')).toContain(C4);
    expect(await sent()).toEqual([]);
    await confirm(asked);
    const done = await drive(asked.release_id);
    expect(done).toMatchObject({ state: 'done' });
    for (const step of ['change', 'merge-request', 'merged', 'deployed', 'rollout', 'running', 'told'])
      expect([step, state(done, step)]).toEqual([step, 'done']);
    expect(await changes()).toEqual([
      expect.stringMatching(/^jira issue_created DEMO-\d+$/),
      'git ref_updated demo-bot/app-interface refs/heads/release-prod-demo-backend',
      'gitlab merge_request_created service/app-interface!1',
      'slack message_posted demo-releases',
      expect.stringMatching(/^jira comment_added DEMO-\d+$/),
      'slack message_posted demo-releases',
    ]);
    const { out } = await at().run([
      'call',
      'appinterface_get_config',
      '{"product":"demo-backend"}',
      '--json',
    ]);
    expect(JSON.parse(out).refs).toMatchObject({ production: C4, billing: C1 });
    // W-R09: an older commit is no release.
    const older = await drive('release-prod', 'product=demo-backend', 'commit=50d3b79');
    expect([older.state, cause(older, 'forward')]).toEqual(['failed', expect.stringContaining('behind')]);
    // Back to what was declared before, with Jira and Slack down.
    await at().fault({ system: 'jira', fault: '500', times: 500 });
    await at().fault({ system: 'slack', fault: '500', times: 500 });
    const back = await drive('rollback', 'product=demo-backend', 'reason=checkout fails');
    await confirm(back);
    expect((await drive(back.release_id)).state).toBe('done');
    const now = await at().run(['call', 'appinterface_get_config', '{"product":"demo-backend"}', '--json']);
    expect(JSON.parse(now.out).refs).toMatchObject({ production: C1 });
  }, 300_000);

  it('W-R02, W-R03: a plan and a dry run change nothing and begin nothing', async () => {
    await at().run(['plan', 'release-prod', 'product=demo-backend', `commit=${C4}`, '--json']);
    await at().run(['drive', 'release-prod', 'product=demo-backend', `commit=${C4}`, '--dry-run', '--json']);
    expect(await sent()).toEqual([]);
    const { out } = await at().run(['list', '--json']);
    expect(JSON.stringify(JSON.parse(out))).not.toContain('release-prod-demo-backend');
  });

  it('promise 13: a tag that was moved after the image was judged stops it before anything is made', async () => {
    const asked = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await at().patch(MOVED_TAG);
    await confirm(asked);
    const stopped = await drive(asked.release_id);
    expect([stopped.state, state(stopped, 'pinned')]).toEqual(['failed', 'failed']);
    expect(cause(stopped, 'pinned')).toMatch(/^the tag stands for sha256:\w+, judged was sha256:\w+$/);
    expect(await sent()).toEqual([]);
  });

  it('promise 14: an image that is not of the Snapshot of its commit is named, and nothing is asked', async () => {
    await at().patch(MOVED_TAG);
    const stopped = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    expect(['waiting', 'blocked']).toContain(stopped.state);
    expect(cause(stopped, 'tests')).toMatch(/a2489b8.*sha256:/);
    expect(state(stopped, 'confirm')).toBe('pending');
    expect(await sent()).toEqual([]);
  });

  it('W-R05: a commit that there is not', async () => {
    const report = await drive('release-prod', 'product=demo-backend', `commit=${'0'.repeat(39)}1`);
    expect(report.state).toBe('failed');
    expect(cause(report, 'commit')).toContain('not found in demo-backend');
    expect(await sent()).toEqual([]);
  });

  it('W-R06: where neither an image nor a build of the commit is there, it stops', async () => {
    const report = await drive('release-prod', 'product=demo-backend', 'commit=5d47b4b', 'branch=side');
    expect(report.state).toBe('failed');
    expect(await sent()).toEqual([]);
  });

  it('W-R07: a registry that fails is not a missing image: it is waited for, and said', async () => {
    await at().fault({ system: 'quay', fault: '500', times: 500 });
    const report = await cli('drive', 'release-prod', 'product=demo-backend', `commit=${C4}`);
    expect(state(report, 'image-there')).toBe('waiting');
    expect(cause(report, 'image-there')).toContain('500');
    expect(await sent()).toEqual([]);
  });

  it('W-V04: a critical finding blocks before anything is made', async () => {
    const report = await drive('release-prod', 'product=demo-backend', 'commit=65e6802');
    expect(report.state).toBe('failed');
    expect(state(report, 'vulnerabilities')).toBe('failed');
    expect(cause(report, 'vulnerabilities')).toContain('critical');
    expect(await sent()).toEqual([]);
  });

  it('W-R19: an open merge request on the same file stops it', async () => {
    const first = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await confirm(first);
    await cli('drive', first.release_id);
    await cli('cancel', first.release_id, '--reason', 'somebody else goes first');
    const second = await drive('release-prod', 'product=demo-backend', 'commit=50d3b79');
    expect(['failed', 'blocked', 'waiting']).toContain(second.state);
    expect(state(second, 'nobody-else')).toBe('failed');
  });

  it('W-S18: while one is open, another one of the same product is refused with its id', async () => {
    await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await expect(drive('release-prod', 'product=demo-backend', 'commit=50d3b79')).rejects.toThrow(
      /conflict: release-prod-demo-backend was begun/,
    );
  });

  it('W-R22: a ticket that cannot be made stops before the push', async () => {
    await at().fault({ system: 'jira', method: 'POST', fault: '500', times: 50 });
    const asked = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await confirm(asked);
    const report = await cli('drive', asked.release_id);
    expect(state(report, 'ticket')).not.toBe('done');
    expect(state(report, 'change')).toBe('pending');
    expect((await changes()).filter((change) => change.startsWith('git'))).toEqual([]);
  });

  it('promise 21: a person who says no ends it for good, and nothing is changed', async () => {
    const asked = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await confirm(asked, '--decline', '--reason', 'not before the holidays');
    const failed = await drive(asked.release_id);
    expect([failed.state, cause(failed, 'confirm')]).toEqual([
      'failed',
      expect.stringContaining('not before the holidays'),
    ]);
    await expect(confirm(asked)).rejects.toThrow(/precondition: .*said no to confirm/);
    await expect(
      cli('decide', asked.release_id, '--step', 'confirm', '--option', 'retry', '--reason', 'once more'),
    ).rejects.toThrow(/precondition: .*said no to confirm/);
    expect(await sent()).toEqual([]);
  });

  it('without a terminal and without the plan nobody is asked, and nothing is confirmed', async () => {
    const asked = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    for (const words of [[], ['--step', 'confirm']]) {
      const { code, out } = await at().run(['confirm', asked.release_id, ...words, '--json']);
      expect([code, JSON.parse(out).error]).toMatchObject([
        3,
        {
          code: 'needs_confirmation',
          cause: expect.stringContaining('Release demo-backend'),
          remedy: expect.stringContaining(`--plan ${asked.plan_hash}`),
        },
      ]);
    }
    await expect(cli('confirm', asked.release_id, '--plan', 'f'.repeat(64))).rejects.toThrow(/stale/);
    expect(await cli('status', asked.release_id)).toMatchObject({ state: 'needs_decision' });
    await confirm(asked);
    await expect(cli('confirm', asked.release_id)).rejects.toThrow(/precondition: .*does not ask/);
  });

  it('W-R08: where production has it already nobody is asked, and nothing is changed', async () => {
    const done = await drive('release-prod', 'product=demo-backend', `commit=${C1}`);
    expect(done.state).toBe('done');
    expect([state(done, 'confirm'), state(done, 'merge-request')]).toEqual(['skipped', 'skipped']);
    expect(await sent()).toEqual([]);
    // Of two targets one is behind: there is something to say yes to.
    const some = await drive(
      'release-prod',
      'product=demo-backend',
      `commit=${C4}`,
      'targets=production,billing',
    );
    expect(state(some, 'confirm')).toBe('needs_decision');
  });
});

describe('rollback', () => {
  it('where nothing was declared before, there is nothing to go back to', async () => {
    const report = await drive('rollback', 'product=demo-backend', 'reason=checkout fails');
    expect(report.state).toBe('failed');
    expect(state(report, 'known')).toBe('failed');
    expect(await sent()).toEqual([]);
  });
});

describe('hotfix', () => {
  it('W-H02: without push, branch and tag stay in our mirror; nothing is published', async () => {
    const report = await drive(
      'hotfix',
      'repository=demo-backend',
      'commit=5d47b4b6ca124301bb48866ae68f83b2f67feb6f',
      'target_branch=release-1.4',
      'tag=v1.4.9',
    );
    expect(report).toMatchObject({ state: 'done' });
    expect([state(report, 'pick'), state(report, 'tag'), state(report, 'release')]).toEqual([
      'done',
      'done',
      'skipped',
    ]);
    expect(await changes()).toEqual([]);
  });

  it('W-H05: a branch that is only the beginning of another name is not there', async () => {
    const report = await drive(
      'hotfix',
      'repository=demo-backend',
      `commit=${C4}`,
      'target_branch=release-1',
    );
    expect([report.state, state(report, 'branch-there')]).toEqual(['failed', 'failed']);
    expect(await changes()).toEqual([]);
  });
});
