import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';
import { approvalState, approvals, approve, unapprove, versions } from './gitlab-approvals.ts';
import { createCommit, deleteBranch } from './gitlab-commits.ts';
import {
  createRelease,
  deployments,
  environments,
  freezePeriods,
  release,
  releases,
} from './gitlab-delivery.ts';
import { changes, diffs, document, findMergeRequest, type Located } from './gitlab-merge-request.ts';
import { createNote, listDiscussions, listNotes } from './gitlab-notes.ts';
import {
  cancelPipeline,
  findPipeline,
  job,
  jobList,
  listPipelines,
  pipelineDocument,
  pipelinesOf,
  retryJob,
  retryPipeline,
  trace,
} from './gitlab-pipelines.ts';
import { branch, commit, compare, file, listBranches, rawFile, tag } from './gitlab-repository.ts';
import { createMergeRequest, listMergeRequests, updateMergeRequest } from './gitlab-requests.ts';
import { actorOf, projectAt, settings, userNamed } from './gitlab-users.ts';
import { paged } from './paging.ts';

const PROJECT = '/api/v4/projects/:project';
const REQUEST = `${PROJECT}/merge_requests/:iid`;
const PIPELINE = `${PROJECT}/pipelines/:pipeline`;
const JOB = `${PROJECT}/jobs/:job`;

type Handler = (found: Located, world: World, call: Call) => Reply;

const onRequest =
  (handler: Handler) =>
  (call: Call, world: World): Reply => {
    const found = findMergeRequest(world, call.param('project'), call.param('iid'));
    return found === undefined ? json(404, { message: '404 Not found' }) : handler(found, world, call);
  };

const onPipeline =
  (part: 'jobs' | 'bridges' | 'pipeline') =>
  (call: Call, world: World): Reply => {
    const pipeline = findPipeline(world, call.param('project'), Number(call.param('pipeline')));
    if (pipeline === undefined) return json(404, { message: '404 Not found' });
    if (part === 'pipeline') return json(200, pipelineDocument(pipeline, world));
    return jobList(pipeline, part, world, call);
  };

export const gitlab: System = {
  name: 'gitlab',
  guard: (call, world, secret) => {
    const given = call.headers['private-token'] ?? bearer(call);
    if (
      given === secret ||
      settings(world)?.users.some(({ token }) => token !== undefined && token === given)
    )
      return undefined;
    return json(401, { message: '401 Unauthorized' });
  },
  routes: [
    { method: 'GET', path: '/api/v4/user', answer: (call, world) => currentUser(call, world) },
    { method: 'GET', path: '/api/v4/users', answer: searchUsers },
    { method: 'GET', path: '/api/v4/users/:id', answer: oneUser },
    {
      method: 'GET',
      path: PROJECT,
      answer: (call, world) => {
        const found = findProject(world, call.param('project'));
        return found === undefined ? json(404, { message: '404 Project Not Found' }) : json(200, found);
      },
    },
    { method: 'GET', path: `${PROJECT}/merge_requests`, answer: listMergeRequests },
    { method: 'POST', path: `${PROJECT}/merge_requests`, mutates: true, answer: createMergeRequest },
    { method: 'PUT', path: REQUEST, mutates: true, answer: onRequest(updateMergeRequest) },
    { method: 'GET', path: REQUEST, answer: onRequest((found, world) => json(200, document(found, world))) },
    {
      method: 'GET',
      path: `${REQUEST}/changes`,
      answer: onRequest((f, world) => json(200, changes(f, world))),
    },
    {
      method: 'GET',
      path: `${REQUEST}/diffs`,
      answer: onRequest((f, world, call) => paged(call, diffs(f, world))),
    },
    { method: 'GET', path: `${REQUEST}/notes`, answer: onRequest(listNotes) },
    { method: 'POST', path: `${REQUEST}/notes`, mutates: true, answer: onRequest(createNote) },
    { method: 'GET', path: `${REQUEST}/approvals`, answer: onRequest(approvals) },
    { method: 'POST', path: `${REQUEST}/approve`, mutates: true, answer: onRequest(approve) },
    { method: 'POST', path: `${REQUEST}/unapprove`, mutates: true, answer: onRequest(unapprove) },
    { method: 'GET', path: `${REQUEST}/versions`, answer: onRequest(versions) },
    {
      method: 'GET',
      path: `${REQUEST}/pipelines`,
      answer: onRequest((f, w, c) => paged(c, pipelinesOf(f, w))),
    },
    { method: 'GET', path: PIPELINE, answer: onPipeline('pipeline') },
    { method: 'GET', path: `${PIPELINE}/jobs`, answer: onPipeline('jobs') },
    { method: 'GET', path: `${PIPELINE}/bridges`, answer: onPipeline('bridges') },
    { method: 'GET', path: `${REQUEST}/discussions`, answer: onRequest(listDiscussions) },
    { method: 'GET', path: `${REQUEST}/approval_state`, answer: onRequest(approvalState) },
    { method: 'GET', path: `${PROJECT}/pipelines`, answer: listPipelines },
    { method: 'POST', path: `${PIPELINE}/retry`, mutates: true, answer: retryPipeline },
    { method: 'POST', path: `${PIPELINE}/cancel`, mutates: true, answer: cancelPipeline },
    { method: 'GET', path: JOB, answer: job },
    { method: 'GET', path: `${JOB}/trace`, answer: trace },
    { method: 'POST', path: `${JOB}/retry`, mutates: true, answer: retryJob },
    { method: 'GET', path: `${PROJECT}/repository/files/:file/raw`, answer: rawFile },
    { method: 'GET', path: `${PROJECT}/repository/files/:file`, answer: file },
    { method: 'GET', path: `${PROJECT}/repository/branches`, answer: listBranches },
    { method: 'GET', path: `${PROJECT}/repository/branches/:branch`, answer: branch },
    { method: 'GET', path: `${PROJECT}/repository/tags/:tag`, answer: tag },
    { method: 'GET', path: `${PROJECT}/repository/commits/:sha`, answer: commit },
    { method: 'POST', path: `${PROJECT}/repository/commits`, mutates: true, answer: createCommit },
    {
      method: 'DELETE',
      path: `${PROJECT}/repository/branches/:branch`,
      mutates: true,
      answer: deleteBranch,
    },
    { method: 'GET', path: `${PROJECT}/repository/compare`, answer: compare },
    { method: 'GET', path: `${PROJECT}/environments`, answer: environments },
    { method: 'GET', path: `${PROJECT}/deployments`, answer: deployments },
    { method: 'GET', path: `${PROJECT}/freeze_periods`, answer: freezePeriods },
    { method: 'GET', path: `${PROJECT}/releases`, answer: releases },
    { method: 'GET', path: `${PROJECT}/releases/:tag`, answer: release },
    { method: 'POST', path: `${PROJECT}/releases`, mutates: true, answer: createRelease },
  ],
};

function currentUser(call: Call, world: World): Reply {
  const name = actorOf(world, call);
  if (name === '') return json(401, { message: '401 Unauthorized' });
  const email = settings(world)?.users.find(({ username }) => username === name)?.email;
  return json(200, { ...userNamed(world, name), ...(email === undefined ? {} : { email }) });
}

/** An account asked for by its number says more of itself than in a list. */
function oneUser(call: Call, world: World): Reply {
  const user = settings(world)?.users.find(({ id }) => String(id) === call.param('id'));
  if (user === undefined) return json(404, { message: '404 User Not Found' });
  return json(200, { ...userNamed(world, user.username), bot: user.bot });
}

function searchUsers(call: Call, world: World): Reply {
  const search = (call.query.get('search') ?? '').toLowerCase();
  const exact = call.query.get('username')?.toLowerCase();
  const found = (settings(world)?.users ?? []).filter((user) => {
    if (exact !== undefined) return user.username.toLowerCase() === exact;
    // As GitLab does: names match in part, private addresses only as a whole.
    const names = [user.username, user.name].some((name) => name.toLowerCase().includes(search));
    return names || user.email?.toLowerCase() === search;
  });
  return paged(
    call,
    found.map(({ username }) => userNamed(world, username)),
  );
}

function findProject(world: World, idOrPath: string) {
  const entry = projectAt(world, idOrPath);
  if (entry === undefined) return undefined;
  const { path, project } = entry;
  const parent = project.forked_from === undefined ? undefined : projectAt(world, project.forked_from);
  return {
    id: project.id,
    name: path.split('/').at(-1),
    path_with_namespace: path,
    default_branch: project.default_branch,
    web_url: project.web_url,
    ...(parent ? { forked_from_project: { id: parent.project.id, path_with_namespace: parent.path } } : {}),
  };
}
