import { expect, test } from 'vitest';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { JenkinsClient } from './client.ts';

const JOB = 'zstreams/Stage-Pipeline';
const AT = '/job/zstreams/job/Stage-Pipeline';
const CRUMB = 'GET /crumbIssuer/api/json';
const actions = [
  { _class: 'hudson.model.CauseAction' },
  {},
  null,
  {
    _class: 'hudson.model.ParametersAction',
    parameters: [
      { _class: 'hudson.model.StringParameterValue', name: 'VERSION', value: '4.20' },
      { _class: 'hudson.model.BooleanParameterValue', name: 'DRY', value: false },
      { _class: 'hudson.model.PasswordParameterValue', name: 'KEY' },
    ],
  },
];
const build = (number: number, result: string | null, more: object = {}) => ({
  number,
  url: `https://jenkins.example.com${AT}/${number}/`,
  queueId: number + 1000,
  result,
  timestamp: Date.UTC(2026, 5, 26),
  actions,
  ...more,
});

test('a build', async () => {
  await using server = await standIn({ [`GET ${AT}/1668/api/json`]: { body: build(1668, 'SUCCESS') } });
  expect(await new JenkinsClient(server.http()).getBuild(JOB, 1668)).toMatchInlineSnapshot(`
    {
      "number": 1668,
      "parameters": {
        "DRY": "false",
        "KEY": "",
        "VERSION": "4.20",
      },
      "queueId": 2668,
      "startedAt": "2026-06-26T00:00:00.000Z",
      "state": "success",
      "url": "https://jenkins.example.com/job/zstreams/job/Stage-Pipeline/1668/",
    }
  `);
});

test.each([
  ['SUCCESS', {}, 'success'],
  ['FAILURE', { inProgress: false, building: false }, 'failure'],
  ['ABORTED', {}, 'aborted'],
  ['UNSTABLE', {}, 'unstable'],
  ['NOT_BUILT', {}, 'aborted'],
  [null, {}, 'running'],
  [null, { building: true }, 'running'],
  ['FAILURE', { inProgress: true }, 'running'],
])('result %j with %j is %s', async (result, more, state) => {
  await using server = await standIn({
    [`GET ${AT}/api/json`]: { body: { builds: [build(1, result, more)] } },
  });
  expect(await new JenkinsClient(server.http()).listBuilds(JOB)).toMatchObject([{ number: 1, state }]);
});

test.each([
  [{ status: 401 }, 'auth'],
  [{ status: 404 }, 'not_found'],
  [{ body: build(1668, 'EXPLODED') }, 'schema_drift'],
  [{ body: '<html>' }, 'upstream'],
])('%j is %s', async (reply, code) => {
  await using server = await standIn({ [`GET ${AT}/1668/api/json`]: reply });
  await expect(new JenkinsClient(server.http()).getBuild(JOB, 1668)).rejects.toMatchObject({ code });
});

test('the queue and one of its items', async () => {
  const task = { name: 'Stage-Pipeline', url: `https://jenkins.example.com${AT}/` };
  await using server = await standIn({
    'GET /queue/api/json': {
      body: {
        items: [
          { id: 42, task, blocked: true, why: 'busy', actions },
          { id: 43, task: {} },
        ],
      },
    },
    'GET /queue/item/42/api/json': [
      { body: { id: 42, why: 'busy', executable: null } },
      { body: { id: 42, why: null, cancelled: false, executable: { number: 7, url: 'u' } } },
    ],
  });
  const client = new JenkinsClient(server.http());
  expect(await client.queue()).toMatchInlineSnapshot(`
    [
      {
        "blocked": true,
        "id": 42,
        "parameters": {
          "DRY": "false",
          "KEY": "",
          "VERSION": "4.20",
        },
        "task": "zstreams/Stage-Pipeline",
        "why": "busy",
      },
      {
        "blocked": false,
        "id": 43,
        "parameters": {},
        "task": "",
        "why": "",
      },
    ]
  `);
  expect(await client.queueItem(42)).toEqual({ id: 42, why: 'busy' });
  expect(await client.queueItem(42)).toEqual({
    id: 42,
    cancelled: false,
    executable: { number: 7, url: 'u' },
  });
});

test('a start sends its crumb and parameters, and answers the queue item', async () => {
  await using server = await standIn({
    [CRUMB]: { body: { crumb: 'c', crumbRequestField: 'Jenkins-Crumb' } },
    [`POST ${AT}/buildWithParameters`]: {
      status: 201,
      headers: { location: 'https://j.example.com/x/queue/item/42/' },
    },
  });
  const client = new JenkinsClient(server.http({ authorization: 'Basic eA==' }));
  expect(await client.start(JOB, { VERSION: '4.20', PULL_SPEC: 'quay.io/a:b&c' }, held)).toEqual({
    queueId: 42,
  });
  expect(server.seen[1]).toMatchObject({
    headers: {
      'jenkins-crumb': 'c',
      authorization: 'Basic eA==',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'VERSION=4.20&PULL_SPEC=quay.io%2Fa%3Ab%26c',
  });
});

test('a Jenkins without crumbs is fine; a start without a queue item may have started', async () => {
  await using server = await standIn({
    [CRUMB]: { status: 404 },
    [`POST ${AT}/buildWithParameters`]: { status: 201 },
  });
  const start = new JenkinsClient(server.http()).start(JOB, {}, held);
  await expect(start).rejects.toMatchObject({ code: 'schema_drift', reached: 'maybe' });
});

test('nothing is started without a permit, and nothing twice', async () => {
  await using server = await standIn({
    [CRUMB]: { status: 404 },
    [`POST ${AT}/buildWithParameters`]: { status: 503 },
  });
  const client = new JenkinsClient(server.http());
  await expect(client.start(JOB, {}, expired)).rejects.toMatchObject({ code: 'stale' });
  expect(server.requests()).toEqual([CRUMB]);
  await expect(client.start(JOB, {}, held)).rejects.toMatchObject({ code: 'upstream', reached: 'maybe' });
  expect(server.requests().filter((request) => request.startsWith('POST'))).toHaveLength(1);
});

test('an odd job name changes no target', async () => {
  await using server = await standIn({ 'GET /job/a/job/b%3Fc/1/api/json': { status: 404 } });
  const client = new JenkinsClient(server.http());
  await expect(client.getBuild('a/b?c', 1)).rejects.toMatchObject({ code: 'not_found' });
  for (const job of ['../x', 'a//b', '', 'a/..']) {
    await expect(client.getBuild(job, 1)).rejects.toMatchObject({ code: 'invalid_input' });
  }
});
