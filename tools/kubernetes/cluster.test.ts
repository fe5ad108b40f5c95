import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectionFor } from '../../src/kit/module.ts';
import { answer, type Handler, kubeStandIn, status } from '../../test/support/kube-stand-in.ts';
import { expired, held, services } from '../../test/support/stand-in.ts';
import { Cluster, selector } from './cluster.ts';
import { kubernetes } from './module.ts';
import { Metadata, resource } from './resource.ts';

const THING = resource(
  'shop.example/v1',
  'things',
  'Thing',
  z.object({ metadata: Metadata, spec: z.object({ size: z.number() }) }),
);

const thing = (name: string, size = 1) => ({ metadata: { name, resourceVersion: '7' }, spec: { size } });

async function clusterOn(handler: Handler) {
  const server = await kubeStandIn(handler);
  const connection = connectionFor(kubernetes, services, () => undefined);
  const settings = { base_url: server.url, namespace: 'team', login: 'run `login here`' };
  return { server, cluster: new Cluster('stage', 'modules.kubernetes', settings, connection) };
}

async function failure(promise: Promise<unknown>): Promise<{ code: string; cause: string; remedy: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'remedy' in error)
      return { code: String(error.code), cause: error.message, remedy: String(error.remedy) };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a cluster', () => {
  it('is asked for fully qualified resources, in the namespace of the call or of the settings', async () => {
    const { server, cluster } = await clusterOn((_, response) => answer(response, 200, thing('a', 3)));
    await using _ = server;
    expect((await cluster.get(THING, 'a')).spec.size).toBe(3);
    await cluster.get(THING, 'a', { namespace: 'other' });
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/apis/shop.example/v1/namespaces/team/things/a',
      '/apis/shop.example/v1/namespaces/other/things/a',
    ]);
  });

  it('takes no name that would change the address', async () => {
    const { server, cluster } = await clusterOn((_, response) => answer(response, 200, thing('a')));
    await using _ = server;
    for (const name of ['../secrets', '..', 'a/b', 'a\n', '']) {
      const found = await cluster.get(THING, name).catch((error: unknown) => error);
      if (found instanceof Error) continue;
      expect(server.seen.at(-1)?.path).toBe(
        `/apis/shop.example/v1/namespaces/team/things/${encodeURIComponent(name)}`,
      );
    }
    expect(
      server.seen.every(({ path }) => path.startsWith('/apis/shop.example/v1/namespaces/team/things/')),
    ).toBe(true);
  });

  it('reads every page, and starts anew when the list expires under it', async () => {
    let expiredOnce = false;
    const { server, cluster } = await clusterOn(({ query }, response) => {
      const next = query.get('continue');
      if (next === null)
        return answer(response, 200, {
          metadata: { continue: 'p2', resourceVersion: '5' },
          items: [thing('a')],
        });
      if (!expiredOnce) {
        expiredOnce = true;
        return answer(response, 410, status(410, 'Expired', 'The provided continue parameter is too old'));
      }
      answer(response, 200, { metadata: { resourceVersion: '9' }, items: [thing('b')] });
    });
    await using _ = server;
    const { items, resourceVersion } = await cluster.all(THING, { labels: 'x=y' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(resourceVersion).toBe('9');
    expect(server.seen.map(({ query }) => query.get('continue'))).toEqual([null, 'p2', null, 'p2']);
    expect(server.seen.every(({ query }) => query.get('labelSelector') === 'x=y')).toBe(true);
  });

  it.each([
    [400, 'BadRequest', 'invalid_input', 'field label not supported'],
    [403, 'Forbidden', 'forbidden', 'User "u" cannot get resource "things"'],
    [404, 'NotFound', 'not_found', 'things.shop.example "a" not found'],
    [409, 'Conflict', 'conflict', 'the object has been modified'],
    [410, 'Expired', 'stale', 'too old resource version'],
    [422, 'Invalid', 'precondition', 'spec is invalid'],
  ])('a refusal %i is worded by what it says', async (code, reason, expected, message) => {
    const causes = code === 422 ? [{ field: 'spec.size', message: 'must be a number' }] : [];
    const { server, cluster } = await clusterOn((_, response) =>
      answer(response, code, status(code, reason, message, causes)),
    );
    await using _ = server;
    const error = await failure(cluster.get(THING, 'a'));
    expect(error.code).toBe(expected);
    expect(error.cause).toContain(code === 422 ? 'spec.size: must be a number' : message);
    expect(error.cause).toContain('get things.shop.example a in team');
    expect(server.seen).toHaveLength(1);
  });

  it('names the login when it has run out, after one more try with a fresh one', async () => {
    const { server, cluster } = await clusterOn((_, response) =>
      answer(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
    );
    await using _ = server;
    const error = await failure(cluster.list(THING));
    expect(error).toMatchObject({ code: 'auth' });
    expect(error.remedy).toContain('run `login here`');
    expect(server.seen).toHaveLength(2);
  });

  it('tries a server that is busy again, and never a write', async () => {
    const { server, cluster } = await clusterOn(({ method }, response) => {
      answer(response, method === 'GET' && server.seen.length > 1 ? 200 : 503, thing('a'));
    });
    await using _ = server;
    await cluster.get(THING, 'a');
    expect(server.seen).toHaveLength(2);
    await failure(cluster.patch(THING, 'a', { spec: { size: 2 } }, held));
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('sends merge patches, creations and deletions as the API takes them', async () => {
    const { server, cluster } = await clusterOn((_, response) => answer(response, 200, thing('a')));
    await using _ = server;
    await cluster.patch(THING, 'a', { spec: { size: 2 } }, held);
    await cluster.create(THING, { metadata: { generateName: 'a-' }, spec: { size: 2 } }, held, {
      dryRun: true,
    });
    await cluster.remove(THING, 'a', held, { uid: 'u-1' });
    const [patched, created, removed] = server.seen;
    expect(patched?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(created?.body ?? '')).toMatchObject({ apiVersion: 'shop.example/v1', kind: 'Thing' });
    expect(created?.query.get('dryRun')).toBe('All');
    expect(JSON.parse(removed?.body ?? '')).toMatchObject({ preconditions: { uid: 'u-1' } });
    expect(removed?.method).toBe('DELETE');
  });

  it('sends nothing when its permit has run out', async () => {
    const { server, cluster } = await clusterOn((_, response) => answer(response, 200, thing('a')));
    await using _ = server;
    expect(await failure(cluster.patch(THING, 'a', {}, expired))).toMatchObject({ code: 'stale' });
    expect(server.seen).toEqual([]);
  });

  it('says which object has another shape than expected', async () => {
    const { server, cluster } = await clusterOn((_, response) =>
      answer(response, 200, { metadata: {}, items: [thing('a'), { metadata: { name: 'b' }, spec: {} }] }),
    );
    await using _ = server;
    expect(await failure(cluster.list(THING))).toMatchObject({ code: 'schema_drift' });
  });

  it('needs a namespace from somewhere, and one way to the cluster', async () => {
    const connection = connectionFor(kubernetes, services, () => undefined);
    const bare = new Cluster('stage', 'modules.kubernetes', { base_url: 'http://127.0.0.1:9' }, connection);
    expect(await failure(bare.get(THING, 'a'))).toMatchObject({ code: 'invalid_input' });
    const both = { base_url: 'http://127.0.0.1:9', kubeconfig: '/nowhere', namespace: 'x' };
    const twofold = new Cluster('stage', 'modules.kubernetes', both, connection);
    expect((await failure(twofold.get(THING, 'a'))).cause).toContain('either kubeconfig or base_url');
  });
});

describe('a label selector', () => {
  it('requires each label that is given', () => {
    expect(selector({ a: 'b', c: undefined, 'd/e': 'f' })).toBe('a=b,d/e=f');
    expect(selector({ a: undefined })).toBeUndefined();
  });

  it.each(['a,b', 'a b', '-a', 'x'.repeat(64), 'a)', 'ä'])(
    'takes no value that could not be one: %s',
    (value) => {
      expect(() => selector({ a: value })).toThrow('cannot be a label value');
    },
  );
});
