import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const JOB = '/jenkins/job/zstreams/job/Stage-Pipeline';
const SPEC = 'quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64';

beforeEach(reset);

async function crumb(): Promise<Record<string, string>> {
  const { body } = await current().ask('/jenkins/crumbIssuer/api/json');
  return { [String(at(body, 'crumbRequestField'))]: String(at(body, 'crumb')) };
}

const start = async () =>
  current().post(`${JOB}/buildWithParameters`, {
    headers: await crumb(),
    form: { VERSION: '4.20', PULL_SPEC: SPEC },
  });

it('takes a build through queue, run and result', async () => {
  const posted = await start();
  expect(posted.status).toBe(201);
  const { url } = current().sandbox;
  expect(posted.headers.get('location')).toBe(`${url}/jenkins/queue/item/88101/`);
  expect(at((await current().ask('/jenkins/queue/api/json')).body, 'items.0')).toMatchObject({
    id: 88101,
    why: 'In the quiet period',
    task: { name: 'Stage-Pipeline' },
  });
  const item = '/jenkins/queue/item/88101/api/json';
  expect(at((await current().ask(item)).body, 'executable')).toBeUndefined();
  expect((await current().ask(`${JOB}/1668/api/json`)).status).toBe(404);

  await current().control('/clock', { advance: '1m' });
  expect(at((await current().ask(item)).body, 'executable')).toEqual({
    number: 1668,
    url: `${url}${JOB}/1668/`,
  });
  expect(at((await current().ask('/jenkins/queue/api/json')).body, 'items')).toEqual([]);
  expect((await current().ask(`${JOB}/1668/api/json`)).body).toMatchObject({
    building: true,
    inProgress: true,
    result: null,
    actions: [
      {},
      {
        _class: 'hudson.model.ParametersAction',
        parameters: [{ name: 'VERSION' }, { name: 'PULL_SPEC', value: SPEC }],
      },
    ],
  });

  await current().control('/clock', { advance: '4h35m' });
  expect((await current().ask(`${JOB}/1668/api/json`)).body).toMatchObject({
    inProgress: false,
    result: 'SUCCESS',
  });
  expect(await current().effects()).toMatchObject([
    {
      kind: 'build_queued',
      key: 'zstreams/Stage-Pipeline',
      data: { queue_id: 88101, parameters: { PULL_SPEC: SPEC } },
    },
  ]);
});

it('lists builds newest first, also for a request with tree', async () => {
  await start();
  await current().control('/clock', { advance: '5m' });
  const tree = encodeURIComponent(
    'builds[number,url,result,building,timestamp,actions[parameters[name,value]]]',
  );
  const { body } = await current().ask(`${JOB}/api/json?tree=${tree}`);
  expect(at(body, 'builds')).toMatchObject([
    { number: 1668 },
    { number: 1667 },
    { number: 1659, result: 'SUCCESS' },
  ]);
  expect(at(body, 'builds.2.actions.1.parameters.1.value')).toMatch(/:4\.20\.2-x86_64$/);
});

it('gives a second, unforeseen build the next number', async () => {
  await start();
  await start();
  await current().control('/clock', { advance: '5m' });
  expect(at((await current().ask(`${JOB}/api/json`)).body, 'builds')).toMatchObject([
    { number: 1669 },
    { number: 1668 },
    {},
    {},
  ]);
});

describe('refusals', () => {
  it('wants a login and, to post, a crumb', async () => {
    expect((await current().ask(`${JOB}/api/json`, { auth: false })).status).toBe(401);
    const wrong = { authorization: `Basic ${Buffer.from('sluice:wrong').toString('base64')}` };
    expect((await current().ask(`${JOB}/api/json`, { headers: wrong })).status).toBe(401);
    expect((await current().post(`${JOB}/buildWithParameters`)).status).toBe(403);
    expect(await current().effects()).toEqual([]);
  });

  it('knows only the jobs of the scenario', async () => {
    expect((await current().ask('/jenkins/job/zstreams/job/Other/api/json')).status).toBe(404);
    const other = '/jenkins/job/zstreams/job/Other/buildWithParameters';
    expect((await current().post(other, { headers: await crumb() })).status).toBe(404);
    expect((await current().ask('/jenkins/queue/item/1/api/json')).status).toBe(404);
  });
});
