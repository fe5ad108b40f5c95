import { type Call, json, type Reply, type Route, type System, text } from '../http.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAfter, stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { refused } from './github-body.ts';
import { page } from './github-page.ts';
import { NOT_FOUND, type Repository, user, within } from './github-repository.ts';

const ROOT = '/repos/:owner/:repo';

export const actionRoutes: readonly Route[] = [
  { method: 'GET', path: `${ROOT}/commits/:ref/status`, answer: within(combined) },
  { method: 'GET', path: `${ROOT}/commits/:ref/check-runs`, answer: within(checkRuns) },
  { method: 'GET', path: `${ROOT}/actions/runs`, answer: within(runs) },
  { method: 'GET', path: `${ROOT}/actions/workflows/:workflow/runs`, answer: within(runs) },
  { method: 'GET', path: `${ROOT}/actions/runs/:run`, answer: within(run) },
  { method: 'GET', path: `${ROOT}/actions/runs/:run/jobs`, answer: within(jobs) },
  {
    method: 'POST',
    path: `${ROOT}/actions/runs/:run/rerun-failed-jobs`,
    mutates: true,
    answer: within(rerun),
  },
  { method: 'GET', path: `${ROOT}/actions/jobs/:job`, answer: within(job) },
  { method: 'GET', path: `${ROOT}/actions/jobs/:job/logs`, answer: within(log) },
];

/** Where logs lie: another place, whose addresses are signed and where our token is not wanted. */
export const githubLogs: System = {
  name: 'github-logs',
  guard: (call) =>
    call.headers.authorization === undefined && call.query.get('sig') === 'sandbox'
      ? undefined
      : text(403, '<Error><Code>AuthenticationFailed</Code></Error>', 'application/xml'),
  routes: [
    {
      method: 'GET',
      path: '/:owner/:repo/:job',
      answer: within((call, repository) => {
        const found = jobNumbered(repository, call.param('job'));
        return found?.log === undefined
          ? text(404, '<Error><Code>BlobNotFound</Code></Error>', 'application/xml')
          : text(200, found.log);
      }),
    },
  ],
};

function combined(call: Call, repository: Repository): Reply {
  const sha = repository.resolve(call.param('ref'));
  if (sha === undefined)
    return json(422, { message: `No commit found for SHA: ${call.param('ref')}`, status: '422' });
  const statuses = (repository.data.checks[sha]?.statuses ?? []).flatMap(({ context, state }) => {
    const now = stepAt(state, repository.world.now)?.value;
    return now === undefined ? [] : [{ context, state: now, target_url: null, description: null }];
  });
  const bad = statuses.some(({ state }) => state === 'failure' || state === 'error');
  const good = statuses.length > 0 && statuses.every(({ state }) => state === 'success');
  return page(call, statuses, (some) => ({
    state: bad ? 'failure' : good ? 'success' : 'pending',
    sha,
    total_count: statuses.length,
    statuses: some,
  }));
}

function checkRuns(call: Call, repository: Repository): Reply {
  const sha = repository.resolve(call.param('ref'));
  if (sha === undefined)
    return json(422, { message: `No commit found for SHA: ${call.param('ref')}`, status: '422' });
  const found = (repository.data.checks[sha]?.runs ?? []).flatMap(({ name, app, state }, index) => {
    const now = stepAt(state, repository.world.now)?.value;
    if (now === undefined) return [];
    return [
      {
        id: index + 1,
        name,
        ...now,
        head_sha: sha,
        html_url: `https://github.com/${repository.name}/runs/${index + 1}`,
        app: { slug: app },
      },
    ];
  });
  return page(call, found, (some) => ({ total_count: found.length, check_runs: some }));
}

function runBody({ name, data, world }: Repository, id: string) {
  const found = data.runs[id];
  if (found === undefined || found.created > world.now) return undefined;
  const again = world.store.github.reruns.get(`${name}#${id}`) ?? [];
  const last = again.at(-1);
  const outcomes = found.reruns[again.length - 1] ?? found.reruns.at(-1);
  const now =
    last === undefined
      ? stepAt(found.state, world.now)?.value
      : outcomes === undefined
        ? { status: 'queued', conclusion: null }
        : stepAfter(outcomes, world.now - last);
  return {
    id: Number(id),
    name: found.workflow,
    path: `.github/workflows/${found.file}`,
    display_title: found.title,
    run_number: found.number,
    run_attempt: again.length + 1,
    event: found.event,
    status: now?.status ?? 'queued',
    conclusion: now?.conclusion ?? null,
    head_branch: found.branch,
    head_sha: found.commit,
    actor: user('somebody'),
    html_url: `https://github.com/${name}/actions/runs/${id}`,
    created_at: isoSeconds(found.created),
    updated_at: isoSeconds(last ?? found.created),
  };
}

function runs(call: Call, repository: Repository): Reply {
  const { query } = call;
  const file = call.param('workflow');
  const status = query.get('status');
  const found = Object.keys(repository.data.runs)
    .flatMap((id) => runBody(repository, id) ?? [])
    .filter((body) => file === '' || body.path.endsWith(`/${file}`))
    .filter((body) => [null, body.head_branch].includes(query.get('branch')))
    .filter((body) => [null, body.head_sha].includes(query.get('head_sha')))
    .filter((body) => [null, body.event].includes(query.get('event')))
    .filter((body) => status === null || body.status === status || body.conclusion === status)
    .sort((a, b) => b.id - a.id);
  return page(call, found, (some) => ({ total_count: found.length, workflow_runs: some }));
}

function run(call: Call, repository: Repository): Reply {
  const body = runBody(repository, call.param('run'));
  return body === undefined ? NOT_FOUND : json(200, body);
}

function jobBody(repository: Repository, runId: string, found: NonNullable<ReturnType<typeof jobNumbered>>) {
  const now = stepAt(found.state, repository.world.now)?.value;
  return {
    id: found.id,
    run_id: Number(runId),
    name: found.name,
    status: now?.status ?? 'queued',
    conclusion: now?.conclusion ?? null,
    html_url: `https://github.com/${repository.name}/actions/runs/${runId}/job/${found.id}`,
    steps: found.steps.map((step, index) => ({ ...step, number: index + 1, status: 'completed' })),
  };
}

function jobs(call: Call, repository: Repository): Reply {
  const found = repository.data.runs[call.param('run')];
  if (found === undefined) return NOT_FOUND;
  const bodies = found.jobs.map((given) => jobBody(repository, call.param('run'), given));
  return page(call, bodies, (some) => ({ total_count: bodies.length, jobs: some }));
}

function jobNumbered({ data }: Repository, id: string) {
  return Object.values(data.runs)
    .flatMap((found) => found.jobs)
    .find((found) => String(found.id) === id);
}

function job(call: Call, repository: Repository): Reply {
  const found = jobNumbered(repository, call.param('job'));
  const runId = Object.entries(repository.data.runs).find(([, given]) =>
    given.jobs.some(({ id }) => id === found?.id),
  )?.[0];
  return found === undefined || runId === undefined
    ? NOT_FOUND
    : json(200, jobBody(repository, runId, found));
}

function log(call: Call, repository: Repository): Reply {
  const found = jobNumbered(repository, call.param('job'));
  if (found === undefined || stepAt(found.state, repository.world.now)?.value.status !== 'completed')
    return NOT_FOUND;
  if (found.log === undefined) return json(410, { message: 'Gone', status: '410' });
  const place = `${call.base}-logs/${repository.name}/${found.id}?sig=sandbox`;
  return { status: 302, headers: { location: place }, body: '' };
}

function rerun(call: Call, repository: Repository, world: World): Reply {
  const wrong = refused(call, { enable_debug_logging: 'boolean' });
  if (wrong !== undefined) return wrong;
  const id = call.param('run');
  const body = runBody(repository, id);
  if (body === undefined) return NOT_FOUND;
  if (body.status !== 'completed')
    return json(403, { message: 'This workflow is already running', status: '403' });
  if (body.conclusion === 'success')
    return json(403, { message: 'This workflow run cannot be retried', status: '403' });
  const { reruns } = world.store.github;
  reruns.set(repository.key(id), [...(reruns.get(repository.key(id)) ?? []), world.now]);
  world.effect('github', 'jobs_rerun', repository.key(id), { attempt: body.run_attempt + 1 });
  return json(201, {});
}
