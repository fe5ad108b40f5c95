import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectionFor } from '../../src/kit/module.ts';
import { answer, type Handler, kubeStandIn, status } from '../../test/support/kube-stand-in.ts';
import { services } from '../../test/support/stand-in.ts';
import { Cluster } from './cluster.ts';
import { type FollowOptions, follow } from './follow.ts';
import { kubernetes } from './module.ts';
import { Metadata, resource } from './resource.ts';

const JOB = resource(
  'shop.example/v1',
  'jobs',
  'Job',
  z.object({ metadata: Metadata, status: z.object({ phase: z.string() }) }),
);
type Job = z.output<typeof JOB.schema>;

const job = (version: string, phase: string, uid = 'u-1') => ({
  metadata: { name: 'j', uid, resourceVersion: version },
  status: { phase },
});
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

function stream(response: ServerResponse, ...lines: string[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
  for (const line of lines) response.write(line);
}

async function following(handler: Handler, options: Partial<FollowOptions<Job>> = {}) {
  await using server = await kubeStandIn(handler);
  const connection = connectionFor(kubernetes, services, () => undefined);
  const cluster = new Cluster('stage', 'x', { base_url: server.url, namespace: 'team' }, connection);
  const phases: string[] = [];
  const result = await follow(cluster, JOB, 'j', {
    deadlineMs: 4_000,
    finished: ({ status: { phase } }) => phase === 'done',
    onChange: ({ status: { phase } }) => phases.push(phase),
    ...options,
  });
  const watches = server.seen.filter(({ query }) => query.has('watch'));
  return { ...result, phases, watchedFrom: watches.map(({ query }) => query.get('resourceVersion')) };
}

describe('following an object', () => {
  it('W-K21: tells each change, and ends when it is finished', async () => {
    const seen = await following(({ query }, response) => {
      if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
      stream(
        response,
        event('MODIFIED', job('2', 'working')),
        event('BOOKMARK', { kind: 'Job', metadata: { resourceVersion: '5' } }),
        event('MODIFIED', job('6', 'done')),
      );
    });
    expect(seen).toMatchObject({ finished: true, phases: ['new', 'working', 'done'], changes: 2 });
    expect(seen.watchedFrom).toEqual(['1']);
  });

  it.each(['as an event', 'as a status'])(
    'W-K21: reads again and goes on when the watch expires (410 %s)',
    async (how) => {
      let watches = 0;
      const seen = await following(({ query }, response) => {
        if (!query.has('watch'))
          return answer(response, 200, job(watches === 0 ? '1' : '8', watches === 0 ? 'new' : 'working'));
        watches += 1;
        const gone = status(410, 'Expired', 'too old resource version');
        if (watches > 1) stream(response, event('MODIFIED', job('9', 'done')));
        else if (how === 'as a status') answer(response, 410, gone);
        else stream(response, event('ERROR', gone));
      });
      expect(seen).toMatchObject({ finished: true, phases: ['new', 'working', 'done'] });
      expect(seen.watchedFrom).toEqual(['1', '8']);
    },
  );

  it('goes on when the connection breaks', async () => {
    let watches = 0;
    const seen = await following(({ query }, response) => {
      if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
      watches += 1;
      stream(response, watches > 1 ? event('MODIFIED', job('2', 'done')) : '{"type":"MODI');
      if (watches === 1) response.destroy();
    });
    expect(seen).toMatchObject({ finished: true, phases: ['new', 'done'] });
  });

  it('W-K21: answers at the deadline with what it saw, and goes on from there the next time', async () => {
    const first = await following(
      ({ query }, response) => {
        if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
        stream(response, event('MODIFIED', job('2', 'working')));
      },
      { deadlineMs: 400 },
    );
    expect(first).toMatchObject({ finished: false, phases: ['new', 'working'] });
    const next = await following((_, response) => answer(response, 200, job('3', 'done')), {
      resumeToken: first.resumeToken,
    });
    expect(next).toMatchObject({ finished: true, changes: 1 });
  });

  it('notices that another object has taken the name', async () => {
    const first = await following((_, response) => answer(response, 200, job('1', 'done')));
    const again = following((_, response) => answer(response, 200, job('9', 'new', 'u-2')), {
      resumeToken: first.resumeToken,
    });
    await expect(again).rejects.toMatchObject({ code: 'stale' });
  });

  it('takes no token of another object', async () => {
    const token = Buffer.from('{"v":1}').toString('base64url');
    const seen = following((_, response) => answer(response, 200, job('1', 'done')), { resumeToken: token });
    await expect(seen).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('says that it was deleted under its eyes', async () => {
    const seen = following(({ query }, response) => {
      if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
      stream(response, event('DELETED', job('2', 'new')));
    });
    await expect(seen).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets a refusal through at once', async () => {
    const seen = following(({ query }, response) => {
      if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
      answer(response, 403, status(403, 'Forbidden', 'cannot watch'));
    });
    await expect(seen).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('ends at once when the caller gives up', async () => {
    const caller = new AbortController();
    const seen = following(
      ({ query }, response) => {
        if (!query.has('watch')) return answer(response, 200, job('1', 'new'));
        stream(response, event('MODIFIED', job('2', 'working')));
        setTimeout(() => caller.abort(), 50);
      },
      { signal: caller.signal },
    );
    await expect(seen).rejects.toThrow();
  });
});
