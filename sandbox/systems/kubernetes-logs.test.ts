import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const STAGE = '/apps-cluster/api/v1/namespaces/demo-stage';

const { current, reset } = bench('konflux-team');
beforeEach(reset);

const get = (path: string) => current().ask(path);

describe('pod logs', () => {
  const POD =
    '/konflux-cluster/api/v1/namespaces/demo-tenant/pods/demo-ui-on-push-d2bad-build-container-pod/log';
  const BACKEND = `${STAGE}/pods/demo-backend-7d9f8c6b5-4kx2m/log`;

  it('are of one container, as much as is asked for', async () => {
    const log = await get(`${POD}?container=step-build&tailLines=1`);
    expect(log.headers.get('content-type')).toContain('text/plain');
    expect(log.text).toBe(
      'Error: building at STEP "RUN npm ci && npm run build": while running runtime: exit status 1\n',
    );
    expect((await get(`${POD}?container=step-build&limitBytes=4`)).text).toBe('STEP');
    expect((await get(`${POD}?container=step-push&timestamps=true`)).text).toBe(
      '2026-06-25T10:01:00Z 2026/06/25 10:05:58 Skipping step because a previous step failed\n',
    );
  });

  it('grow with the time', async () => {
    expect((await get(`${BACKEND}?sinceSeconds=300`)).text).toBe('GET /api/health 200 3ms\n');
    await current().to('2026-06-25T12:05:00Z');
    expect((await get(`${BACKEND}?sinceSeconds=60`)).text).toBe('GET /api/health 200 4ms\n');
    expect((await get(BACKEND)).text.split('\n')).toHaveLength(4);
  });

  it('of a restarted container are two', async () => {
    const worker = `${STAGE}/pods/demo-worker-55f6d8b7c-q2n4v/log`;
    expect((await get(`${worker}?previous=true`)).text).toContain('Killed');
    expect((await get(worker)).text).toBe('worker starting\n');
    expect(at((await get(`${BACKEND}?previous=true`)).body, 'message')).toBe(
      'previous terminated container "demo-backend" in pod "demo-backend-7d9f8c6b5-4kx2m" not found',
    );
  });

  it.each([
    [
      POD,
      'a container name must be specified for pod demo-ui-on-push-d2bad-build-container-pod, choose one of: [step-build step-push]',
    ],
    [
      `${POD}?container=other`,
      'container other is not valid for pod demo-ui-on-push-d2bad-build-container-pod',
    ],
    [
      `${STAGE}/pods/demo-ui-5b8c9d7f6-zz8wd/log`,
      'container "demo-ui" in pod "demo-ui-5b8c9d7f6-zz8wd" is waiting to start: trying and failing to pull image',
    ],
  ])('refuse %s', async (path, message) => {
    const refused = await get(path);
    expect(refused.status).toBe(400);
    expect(at(refused.body, 'message')).toBe(message);
  });
});
