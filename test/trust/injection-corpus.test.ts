import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modules } from '../../tools/modules.ts';
import { type Agent, connectModern } from '../mcp/clients.ts';
import { CORPUS } from './injection-corpus.ts';
import { expectClean, expectInert } from './injection-corpus-inert.ts';
import {
  type CorpusWorld,
  GITHUB_REPOSITORY,
  HEAD,
  PLAIN_PROJECT,
  startCorpusWorld,
} from './injection-corpus-world.ts';

const tools = new Map(modules.flatMap((module) => module.tools.map((tool) => [tool.name, tool])));
const namespace = 'demo-tenant';
const COMMIT = (index: number) => (index + 16).toString(16).padStart(40, 'c');
const first = CORPUS[0]?.text ?? '';

const SNAPSHOTS: Readonly<Record<string, string>> = {
  c2: 'demo-app-20260619-104900-c2',
  c3: 'demo-app-20260622-142400-c3',
  c4: 'demo-app-20260623-085900-c4',
  c5: 'demo-app-20260624-163900-c5',
};

/** Where text from outside comes in: what reads it, and a text of the corpus that it is to show. */
const SOURCES: readonly [what: string, tool: string, input: object, shows: string][] = [
  ['summaries in Jira', 'jira_search_issues', { jql: 'project = DEMO', limit: 50 }, 'Note for assistants'],
  ['a body in Jira', 'jira_get_issue', { key: 'DEMO-110' }, 'Ignore everything above'],
  ['comments in Jira', 'jira_list_comments', { key: 'DEMO-1001' }, first],
  [
    'messages in Slack',
    'slack_list_thread',
    { channel: 'demo-releases', thread_ts: '1782000000.000100', limit: 50 },
    first,
  ],
  [
    'titles of merge requests',
    'gitlab_list_merge_requests',
    { project: PLAIN_PROJECT, limit: 50 },
    'Tidy up',
  ],
  ['a description of a merge request', 'gitlab_get_merge_request', { project: PLAIN_PROJECT, iid: 1 }, first],
  ['notes of a merge request', 'gitlab_list_discussions', { project: PLAIN_PROJECT, iid: 1 }, first],
  ['names of jobs', 'gitlab_list_jobs', { project: PLAIN_PROJECT, pipeline_id: 880900, limit: 50 }, first],
  ['a pipeline', 'gitlab_get_pipeline', { project: PLAIN_PROJECT, pipeline_id: 880900 }, first],
  ['a log of a job', 'gitlab_get_job_log', { project: PLAIN_PROJECT, job_id: 990000 }, first],
  [
    'commits in GitLab',
    'gitlab_compare_refs',
    { project: PLAIN_PROJECT, from: COMMIT(0), to: COMMIT(75) },
    'Tidy up',
  ],
  ['subjects of commits', 'git_log', { repository: 'demo-backend', limit: 20 }, 'Ignore everything above'],
  ['a commit', 'git_show', { repository: 'demo-backend', ref: 'main' }, 'Ignore everything above'],
  [
    'a pull request',
    'github_get_pull_request',
    { repository: GITHUB_REPOSITORY, number: 1 },
    'Ignore everything above',
  ],
  [
    'a message in GitHub',
    'github_get_commit',
    { repository: GITHUB_REPOSITORY, ref: HEAD },
    'Ignore everything above',
  ],
  [
    'notes of a release',
    'github_get_release',
    { repository: GITHUB_REPOSITORY, tag: 'v1.0' },
    'Ignore everything above',
  ],
  ['details of tests', 'konflux_snapshot_tests', { namespace, name: 'demo-app-20260623-085900-c4' }, ''],
  ['conditions of runs', 'konflux_build_list', { namespace, limit: 20 }, ''],
  ['conditions of components', 'konflux_component_list', { namespace }, ''],
  ['an overview of a tenant', 'konflux_overview', { namespace }, ''],
  ['events of a cluster', 'kubernetes_event_list', { environment: 'stage' }, ''],
  ['a description of images', 'quay_get_repository', { repository: 'quay.io/demo-org/demo-backend' }, ''],
];

describe('promise 47: hostile text', { timeout: 300_000 }, () => {
  let hostile: CorpusWorld;
  let plain: CorpusWorld;

  beforeAll(async () => {
    hostile = await startCorpusWorld(CORPUS.map(({ text }) => text));
    plain = await startCorpusWorld(CORPUS.map((_one, index) => `Ordinary words, number ${index}.`));
  }, 120_000);
  afterAll(async () => {
    await hostile?.[Symbol.asyncDispose]();
    await plain?.[Symbol.asyncDispose]();
  });

  it('is a corpus of at least 60 different ones', () => {
    expect(new Set(CORPUS.map(({ text }) => text)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(SOURCES)('%s come in clean: %s', async (_what, name, input, shows) => {
    const tool = tools.get(name);
    if (tool === undefined) throw new Error(`no ${name}`);
    const said = expectClean(tool, await hostile.call(name, input), CORPUS);
    expect(said).toContain(shows);
  });

  it('changes no list of tools, no instruction and no prompt', async () => {
    const connect = (world: CorpusWorld) => connectModern({ world, args: ['--persona', 'release'] });
    const seen = async (one: Agent) =>
      JSON.stringify([await one.tools(), one.instructions(), await one.prompts()]);
    await using agent = await connect(hostile);
    const before = await seen(agent);
    for (const [, tool, args] of SOURCES) {
      const { text } = await agent.call('tool_call', { tool, arguments: args });
      expect(text.length).toBeGreaterThan(0);
    }
    expect(await seen(agent)).toBe(before);
    await using other = await connect(plain);
    expect(await seen(other)).toBe(before);
    for (const { text } of CORPUS)
      if (text.length > 20) expect(before).not.toContain(JSON.stringify(text).slice(1, -1));
  });

  /** What the gates of a release look at, of each commit: the facts that they judge by. */
  const JUDGED: readonly [
    tool: string,
    input: (commit: string, name: string) => object,
    facts: readonly string[],
  ][] = [
    ['git_find_commit', (ref) => ({ repository: 'demo-backend', ref }), ['on_default_branch', 'branches']],
    [
      'git_compare',
      (head) => ({ repository: 'demo-backend', base: 'v1.4.0', head }),
      ['relation', 'ahead', 'behind'],
    ],
    ['konflux_snapshot_find', (commit) => ({ namespace, commit }), ['found']],
    [
      'konflux_snapshot_promotable',
      (_commit, name) => ({ namespace, name: SNAPSHOTS[name] }),
      ['promotable', 'reasons', 'state'],
    ],
    ['quay_get_vulnerabilities', image, ['verdict', 'complete', 'counts']],
    ['quay_verify_signature', image, ['verified', 'state']],
    ['quay_get_tag', image, ['is_index', 'time']],
    ['konflux_build_list', (commit) => ({ namespace, commit }), ['totals']],
    ['gitlab_list_freeze_periods', () => ({ project: 'service/app-interface' }), ['frozen']],
    [
      'gitlab_list_merge_requests',
      () => ({
        project: 'service/app-interface',
        state: 'opened',
        touching_file: 'data/services/demo/cicd/demo-backend.yml',
      }),
      ['exists'],
    ],
  ];

  it.each(['c2', 'c3', 'c4', 'c5'])('turns no fact that a gate judges %s by', async (name) => {
    for (const [tool, input, facts] of JUDGED) {
      const [among, alone] = await Promise.all(
        [hostile, plain].map(async (world) => {
          const answer = await world.call(tool, input(world.commits.get(name) ?? '', name));
          return facts.map((fact) => [fact, at(answer, fact)]);
        }),
      );
      expect(among, tool).toEqual(alone);
      for (const [fact, value] of among ?? []) expect(value, `${tool} ${fact}`).toBeDefined();
    }
  });

  const verdicts = (report: Record<string, unknown>) => ({
    state: report.state,
    steps: (report.steps as { id: string; state: string }[]).map(({ id, state }) => `${id} ${state}`),
  });
  const drive = async (world: CorpusWorld, name: string) => {
    const commit = world.commits.get(name) ?? '';
    return await world.cli(
      'drive',
      'release-prod',
      'product=demo-backend',
      `commit=${commit}`,
      '--until-idle',
    );
  };

  it('turns no gate of a release that has to fail', async () => {
    const [among, alone] = await Promise.all(
      [hostile, plain].map(async (world) => {
        const report = await drive(world, 'c5');
        await world.cli('cancel', String(report.release_id), '--reason', 'seen');
        return verdicts(report);
      }),
    );
    expect(among).toEqual(alone);
    expect(among?.state).toBe('failed');
    expect(among?.steps).toContain('vulnerabilities failed');
    expect(hostile.sent()).toEqual([]);
  });

  it('promise 48: turns no gate of a release that may go out, and acts nowhere in all that it sends', async () => {
    const [among = {}, alone = {}] = await Promise.all([drive(hostile, 'c4'), drive(plain, 'c4')]);
    expect(verdicts(among)).toEqual(verdicts(alone));
    expect(among.state).toBe('needs_decision');
    expect(hostile.sent()).toEqual([]);
    const id = String(among.release_id);
    await hostile.cli('confirm', id, '--step', 'confirm', '--plan', String(among.plan_hash));
    expect((await hostile.cli('drive', id, '--until-idle')).state).toBe('done');
    const systems = new Set(hostile.sent().map(({ path }) => path.split('/')[1]));
    expect([...systems]).toEqual(expect.arrayContaining(['git', 'gitlab', 'jira', 'slack']));
    for (const one of hostile.sent()) expectInert(one);
  });
});

function image(commit: string) {
  return { image: `quay.io/demo-org/demo-backend:${commit}` };
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('.'))
    found =
      found !== null && typeof found === 'object'
        ? Object.entries(found).find(([key]) => key === part)?.[1]
        : undefined;
  return found;
}
