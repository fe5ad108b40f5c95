import { describe, expect, it } from 'vitest';
import { NOW } from './testing/objects.ts';
import { world } from './testing/world.ts';

const PLACE = { cluster: 'apps', namespace: 'pipes' };
const REF = 'a2489b8d0cb8f00772ca02769a807576087b418b';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pipes' } };
const run = (name: string, minutes: number, status: object, labels: Record<string, string> = {}) => ({
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: {
    name,
    namespace: 'pipes',
    creationTimestamp: new Date(Date.parse(NOW) - minutes * 60_000).toISOString().replace('.000Z', 'Z'),
    labels: { 'qontract.saas_file_name': 'demo', 'qontract.env_name': 'prod', ...labels },
  },
  spec: { pipelineRef: { name: 'deploy' } },
  status,
});
const ended = (status: string, reason: string) => ({
  conditions: [{ type: 'Succeeded', status, reason, message: '' }],
});

describe('kubernetes_deploy_run_list', () => {
  it('W-R28: the run that deploys a ref, by its label, newest first', async () => {
    await using there = await world({
      objects: [
        namespace,
        run('old', 90, ended('True', 'Succeeded'), { 'qontract.target_ref': REF }),
        run('new', 5, ended('Unknown', 'Running'), { 'qontract.target_ref': REF }),
        run('other', 2, ended('False', 'Failed'), { 'qontract.target_ref': 'main' }),
      ],
    });
    const answer = await there.read('deploy_run_list', { ...PLACE, saas_file: 'demo', ref: REF });
    expect(answer).toMatchObject({
      total: 2,
      newest: { name: 'new', state: 'running', ref: REF, age: '5m' },
      runs: [{ name: 'new' }, { name: 'old', state: 'succeeded' }],
      summary: 'Deploy runs of a2489b8d0cb8 in pipes: 1 running, 1 succeeded; the newest is running.',
    });
    expect(await there.read('deploy_run_list', { ...PLACE, limit: 1 })).toMatchObject({
      total: 3,
      truncated: true,
      newest: { name: 'other', state: 'failed' },
    });
  });

  it('no run yet is an answer, a namespace that is not there is none', async () => {
    await using there = await world({ objects: [namespace] });
    expect(await there.read('deploy_run_list', { ...PLACE, ref: REF })).toMatchObject({
      newest: null,
      summary: 'No deploy run of a2489b8d0cb8 in pipes yet.',
    });
    await expect(there.read('deploy_run_list', { cluster: 'apps', namespace: 'typo' })).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
  });
});
