import { describe, expect, it } from 'vitest';
import { connectionFor } from '../../src/kit/module.ts';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services } from '../../test/support/stand-in.ts';
import { KubernetesClient, KubernetesSettings } from './environments.ts';
import { kubernetes } from './module.ts';
import { world } from './testing/world.ts';

const cluster = { base_url: 'https://api.example.com:6443' };
const client = (settings: object) =>
  new KubernetesClient(
    KubernetesSettings.parse(settings),
    connectionFor(kubernetes, services, () => undefined),
  );
const two = {
  clusters: { apps: cluster, other: { ...cluster, namespace: 'own' } },
  environments: {
    stage: { cluster: 'apps', namespace: 'demo-stage' },
    production: { cluster: 'other', namespace: 'demo-prod' },
  },
};
const placed = async (settings: object, given: object) => {
  const { cluster: found, namespace, environment } = await client(settings).place(given);
  return [found.name, namespace, environment];
};

describe('where a call means', () => {
  it.each([
    [two, { environment: 'stage' }, ['apps', 'demo-stage', 'stage']],
    [two, { cluster: 'apps', namespace: 'x' }, ['apps', 'x', undefined]],
    [two, { cluster: 'other' }, ['other', 'own', undefined]],
    [{ ...cluster, namespace: 'own' }, {}, ['kubernetes', 'own', undefined]],
    [cluster, { namespace: 'x' }, ['kubernetes', 'x', undefined]],
    [{ ...cluster, environments: { e: { namespace: 'n' } } }, { environment: 'e' }, ['kubernetes', 'n', 'e']],
    [{ clusters: { only: cluster } }, { namespace: 'x' }, ['only', 'x', undefined]],
  ])('%j %j', async (settings, given, expected) => {
    expect(await placed(settings, given)).toEqual(expected);
  });

  it.each([
    [
      two,
      { environment: 'stag' },
      /no environment "stag"/,
      /Did you mean stage\? Known environments: stage, production/,
    ],
    [
      two,
      { environment: 'stage', namespace: 'x' },
      /says cluster and namespace already/,
      /environment alone/,
    ],
    [
      two,
      { cluster: 'app', namespace: 'x' },
      /no cluster "app"/,
      /Did you mean apps\? Known clusters: apps, other/,
    ],
    [two, { namespace: 'x' }, /not said which cluster/, /Known clusters: apps, other/],
    // Guessing would be fatal for a write.
    [two, {}, /not said which environment/, /stage, production/],
    [cluster, {}, /No namespace was given/, /Give `namespace`/],
    [{}, { namespace: 'x' }, /names no cluster/, /kubeconfig or base_url/],
  ])('refuses %j %j', async (settings, given, cause, remedy) => {
    await expect(placed(settings, given)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(cause),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('lists at most twenty', async () => {
    const clusters = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`cluster-${n}`, cluster]));
    await expect(placed({ clusters }, { cluster: 'zzzzzzzzzz' })).rejects.toMatchObject({
      remedy: expect.stringMatching(/cluster-19 and 5 more\.$/),
    });
  });
});

describe('settings', () => {
  it('may not name one cluster and several', () => {
    expect(() => client({ ...cluster, clusters: { apps: cluster } })).toThrow(/a cluster of its own and/);
  });

  it('may not name an environment on a cluster that is not there', () => {
    const environments = { stage: { cluster: 'gone', namespace: 'x' } };
    expect(() => client({ clusters: { apps: cluster }, environments })).toThrow(
      /stage names the cluster gone/,
    );
  });

  it.each([
    [{ environments: { stage: { namespace: 'x', kluster: 'a' } } }, /kluster/],
    [{ clusters: { apps: { url: 'x' } } }, /url/],
    [{ environment: {} }, /environment/],
  ])('refuse what they do not know: %j', async (settings, cause) => {
    const registry = new Registry([kubernetes], { kubernetes: settings }, services);
    const reading = registry.read('kubernetes_pod_list', {}, { principal, now: 0 });
    await expect(reading).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(cause),
    });
  });
});

describe('doctor', () => {
  const probe = async (there: Awaited<ReturnType<typeof world>>) => await there.registry.probe(kubernetes);

  it('looks into every environment', async () => {
    await using there = await world();
    expect(await probe(there)).toEqual({ ok: true, detail: 'lets us in: demo-stage, demo-prod' });
  });

  it('is not content with an API server that answers anybody', async () => {
    await using there = await world({ expired: true });
    await expect(probe(there)).rejects.toMatchObject({ code: 'auth' });
  });
});
