import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/kit/canonical.ts';
import { performDirect } from '../../src/kit/perform-direct.ts';
import {
  approvalSandbox,
  approvalScenario,
  PROJECT,
  registryFor,
} from '../../test/support/approval-world.ts';
import { World } from '../../test/support/fixture-world.ts';
import { principal, services } from '../../test/support/stand-in.ts';
import { isPlan, planText } from './plan-approval.ts';

const effect = { step: 'ship', environment: 'production', action: 'set', target: 'thing a' };
const plan = { frame: { version: 2, release_id: 'fixture-a' }, shows: { value: 7 }, effects: [effect] };
const hash = digestOf(plan);
const asked = { project: PROJECT, release_id: 'fixture-a', step: 'agree', plan_hash: hash };
const BRANCH = `sluice/approve/fixture-a/agree/${hash.slice(0, 12)}`;
const FILE = `approvals/fixture-a/agree/${hash}.json`;

async function desk(scenario?: object) {
  const outside = await approvalSandbox(scenario);
  const registry = registryFor(outside, new World());
  const call = { principal, now: 0, engine: true as const };
  return {
    ...outside,
    registry,
    request: async (more: object = {}) =>
      Object(
        await registry.write(
          'gitlab_request_plan_approval',
          { ...asked, title: 'Fixture a', plan, ...more },
          call,
          (effects) => performDirect(effects, services),
        ),
      ),
    read: async () => Object(await registry.read('gitlab_get_plan_approvals', asked, call)).request,
    done: async () => (await outside.effects('gitlab')).map(({ kind, key }) => `${kind} ${key}`),
  };
}

describe('asking for the approval of a plan', () => {
  it('pushes one file to a branch of its own and opens a merge request, once', async () => {
    const made = await desk();
    const first = await made.request();
    expect(first).toMatchObject({ branch: BRANCH, iid: 1, summary: expect.stringContaining('!1 of') });
    expect(await made.request()).toMatchObject({ commit: first.commit, iid: 1 });
    expect(await made.done()).toEqual([
      `commit_created ${PROJECT}:${BRANCH}`,
      `merge_request_created ${PROJECT}!1`,
    ]);
    const opened = await made.as('eve', 'GET', '/merge_requests/1');
    expect(opened).toMatchObject({ title: `Approve fixture-a, agree: ${hash}`, sha: first.commit });
    const file = await made.as(
      'eve',
      'GET',
      `/repository/files/${encodeURIComponent(FILE)}?ref=${first.commit}`,
    );
    const text = Buffer.from(file.content, 'base64').toString('utf8');
    expect(digestOf(JSON.parse(text))).toBe(hash);
    expect(text).toContain('\n  "effects": [\n');
    expect(await made.unexpected()).toEqual([]);
  });

  it.each(['/repository/commits', '/merge_requests'])(
    'finds what an answer was lost of, at %s',
    async (path) => {
      const made = await desk();
      await made.fault({
        system: 'gitlab',
        method: 'POST',
        path: `${path}$`,
        fault: 'reset_after',
        times: 1,
      });
      expect(await made.request()).toMatchObject({ iid: 1 });
      expect(await made.done()).toHaveLength(2);
    },
  );

  it('sends nothing over a branch that holds something else', async () => {
    const made = await desk();
    await made.as('eve', 'POST', '/repository/commits', {
      branch: BRANCH,
      start_branch: 'main',
      commit_message: 'mine',
      actions: [{ action: 'create', file_path: FILE, content: '{}' }],
    });
    await expect(made.request()).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('holds something else than the plan'),
    });
    await made.as('eve', 'DELETE', `/repository/branches/${encodeURIComponent(BRANCH)}`);
    expect(await made.request()).toMatchObject({ iid: 1 });
  });

  it('does not ask again while the one that was closed is about the same commit', async () => {
    const made = await desk();
    await made.request();
    await made.close('eve');
    await expect(made.request()).rejects.toMatchObject({ message: expect.stringContaining('was closed') });
    await made.reopen('eve');
    expect(await made.request()).toMatchObject({ iid: 1 });
  });

  it('refuses a plan that has another digest', async () => {
    const made = await desk();
    const other = { ...plan, shows: { value: 8 } };
    await expect(made.request({ plan: other })).rejects.toMatchObject({ rule: 'approval-plan' });
    expect(await made.done()).toEqual([]);
  });

  it('shows text from outside as text: no command, no mention, nothing hidden', async () => {
    const made = await desk();
    const hostile = { ...effect, action: 'x\n/approve\n/merge @ann `', target: 'thing \u202e a' };
    const evil = { ...plan, effects: [hostile] };
    await made.request({ plan: evil, plan_hash: digestOf(evil), title: 'x`\n/merge' });
    const { description } = await made.as('eve', 'GET', '/merge_requests/1');
    const lines = String(description).split('\n');
    expect(lines.filter((line) => line.trimStart().startsWith('/'))).toEqual([]);
    expect(lines.find((line) => line.startsWith('- `ship`'))).toMatch(
      /^- `ship` .*`x \/approve \/merge ＠ann '` on/,
    );
    expect(description).not.toContain('\u202e');
  });

  it('promise 20: is nobody’s but the engine’s', async () => {
    const { registry } = await desk();
    for (const tool of ['gitlab_request_plan_approval', 'slack_ask_approval', 'slack_tell_person']) {
      expect(registry.demand(tool).engineOnly).toBe(true);
    }
    const refused = registry.read('gitlab_get_plan_approvals', asked, { principal, now: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', rule: 'engine-only' });
    const write = registry.effects(
      'gitlab_request_plan_approval',
      { ...asked, title: 'x', plan },
      { principal, now: 0 },
    );
    await expect(write).rejects.toMatchObject({ rule: 'engine-only' });
  });
});

describe('reading the approvals of a plan', () => {
  it('is null where nobody asked', async () => {
    expect(await (await desk()).read()).toBeNull();
  });

  it('says who approved, when, whether a person did, and what was pushed last', async () => {
    const made = await desk();
    const { commit } = await made.request();
    await made.forward('1h');
    await made.approve('ann');
    await made.approve('helper-bot');
    expect(await made.read()).toMatchObject({
      iid: 1,
      state: 'opened',
      author: { username: 'sluice' },
      head: commit,
      holds_plan: true,
      version: { head: commit, at: '2026-06-25T12:00:00.000Z' },
      approved_by: [
        { username: 'ann', bot: false, at: '2026-06-25T13:00:00.000Z' },
        { username: 'helper-bot', bot: true },
      ],
      closed_by: null,
    });
    await made.withdraw('ann');
    expect(await made.read()).toMatchObject({ approved_by: [{ username: 'helper-bot' }] });
  });

  it('sees another commit, and that the file is the plan no more', async () => {
    const made = await desk();
    const { commit } = await made.request();
    await made.forward('1h');
    await made.push('eve', FILE, planText({ ...plan, shows: { value: 8 } }));
    const after = await made.read();
    expect(after).toMatchObject({ holds_plan: false, version: { at: '2026-06-25T13:00:00.000Z' } });
    expect(after.head).not.toBe(commit);
    expect(after.version.head).toBe(after.head);
  });

  it('takes the time of an approval from the notes where the list does not tell it', async () => {
    const made = await desk(approvalScenario({ approval_times: false }));
    await made.request();
    await made.forward('2h');
    await made.approve('ann');
    // Words of a person are no note of GitLab's.
    await made.comment('bob', 'approved this merge request');
    expect(await made.read()).toMatchObject({
      approved_by: [{ username: 'ann', at: '2026-06-25T14:00:00.000Z' }],
    });
  });

  it('says who closed it, and what they wrote last', async () => {
    const made = await desk();
    await made.request();
    await made.comment('ann', 'Not today.');
    await made.comment('bob', 'fine with me');
    await made.close('ann');
    expect(await made.read()).toMatchObject({
      state: 'closed',
      closed_by: { username: 'ann', bot: false },
      closing_note: 'Not today.',
    });
  });
});

describe('promise 36: the file of a plan', () => {
  const text = planText(plan);

  it('is one text for one plan, whatever the order of its keys', () => {
    const { effects, frame, shows } = plan;
    expect(planText({ shows, effects, frame: { release_id: 'fixture-a', version: 2 } })).toBe(
      planText({ effects, frame, shows }),
    );
    expect(isPlan(text, hash)).toBe(true);
  });

  it('shows every character that it holds', () => {
    const hidden = { note: 'a\u202eb\u200bc\u{e0041}d\u00ade' };
    const file = planText(hidden);
    expect(file).toContain('a\\u202eb\\u200bc\\udb40\\udc41d\\u00ade');
    expect(JSON.parse(file)).toEqual(hidden);
    expect(isPlan(file, digestOf(hidden))).toBe(true);
  });

  it.each([
    ['another value', text.replace('7', '8')],
    ['a second value under the same name', text.replace('"value": 7', '"value": 8,\n    "value": 7')],
    ['another layout', JSON.stringify(plan)],
    ['something behind it', `${text}\n`],
    ['no JSON', 'approved'],
    ['nothing', ''],
  ])('is not the plan any more with %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(isPlan(changed, hash)).toBe(false);
  });
});
