import { expect, test } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { GitLabClient } from './client.ts';

const MR = '/projects/a%2Fb/merge_requests/609';
const STAGE = 'stage-release-triggers';

test('all jobs and bridges of the stage count, in the newest pipeline, where it ran', async () => {
  await using server = await standIn({
    [`GET ${MR}/pipelines`]: { body: [{ id: 10 }, { id: 12, project_id: 77 }, { id: 11 }] },
    'GET /projects/77/pipelines/12/jobs': {
      body: [{ id: 1, name: 'lint', stage: 'test', status: 'failed' }],
    },
    'GET /projects/77/pipelines/12/bridges': {
      body: [
        { id: 2, name: 'stage-release-trigger', stage: STAGE, status: 'success' },
        { id: 3, name: 'stage-fbc-trigger', stage: STAGE, status: 'running' },
        { id: 4, name: 'prod-release-trigger', stage: 'prod-release-triggers', status: 'manual' },
      ],
    },
  });
  expect(await new GitLabClient(server.http(), []).stageStatus('a/b', 609, STAGE)).toMatchInlineSnapshot(`
    {
      "jobs": [
        {
          "id": 2,
          "name": "stage-release-trigger",
          "status": "success",
        },
        {
          "id": 3,
          "name": "stage-fbc-trigger",
          "status": "running",
        },
      ],
      "pipelineId": 12,
      "state": "running",
    }
  `);
});

test('no pipeline, or none with this stage, is missing', async () => {
  await using server = await standIn({
    [`GET ${MR}/pipelines`]: [{ body: [] }, { body: [{ id: 10 }] }],
    'GET /projects/a%2Fb/pipelines/10/jobs': { body: [] },
    'GET /projects/a%2Fb/pipelines/10/bridges': { body: [] },
  });
  const client = new GitLabClient(server.http(), []);
  expect(await client.stageStatus('a/b', 609, STAGE)).toEqual({ state: 'missing', jobs: [] });
  expect(await client.stageStatus('a/b', 609, STAGE)).toEqual({ state: 'missing', pipelineId: 10, jobs: [] });
});
