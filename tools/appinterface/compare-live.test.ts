import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppWorld, appWorld, saasFile } from './testing/world.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const ENVIRONMENTS = {
  stage: { target: 'stage', promotes_to: 'production' },
  production: { target: 'production', namespace: 'demo-production', deployments: ['app'] },
};

let world: AppWorld;
beforeAll(async () => {
  world = await appWorld({ product: { environments: ENVIRONMENTS } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const image = (sha: string) => `quay.io/example/demo:${sha.slice(0, 7)}`;
const running = (stage: string, production: string) => [
  { name: 'app', namespace: 'demo-stage', image: stage },
  { name: 'app', namespace: 'demo-production', image: production },
  { name: 'other', namespace: 'demo-production', image: 'quay.io/example/demo:not-counted' },
  { name: 'app', namespace: 'elsewhere', image: 'quay.io/example/demo:not-counted' },
];
const compare = async (deployments: object[], change: object = {}, rollouts: boolean | undefined = false) =>
  await world.read('compare_live', {
    product: 'demo',
    live: { deployments, ...(rollouts === undefined ? {} : { rollouts_running: rollouts }) },
    ...change,
  });

describe('appinterface_compare_live', () => {
  it('W-A01 stage follows a branch: what it runs can be promoted, with the exact next command', async () => {
    const { c2, c4 } = world.code;
    const answer = await compare(running(image(c4), image(c2)));
    const call = {
      product: 'demo',
      targets: ['production'],
      ref: c4,
      expected_ref: c2,
      branch: `release-demo-${c4.slice(0, 12)}`,
      release_key: `demo-${c4.slice(0, 12)}`,
    };
    expect(answer).toMatchObject({
      environments: [
        { environment: 'stage', declared: 'main', state: 'follows_branch', live_sha: c4.slice(0, 7) },
        { environment: 'production', declared: c2, state: 'in_sync', namespace: 'demo-production' },
      ],
      promotions: [
        {
          from: 'stage',
          to: 'production',
          verdict: 'ready_to_promote',
          commit: c4,
          replaces: c2,
          blockers: [],
        },
      ],
      ready_to_promote: true,
      blockers: [],
      next: `sluice call appinterface_update_ref '${JSON.stringify(call)}'`,
      next_call: { tool: 'appinterface_update_ref', input: call },
    });
    // The next call is one that goes through.
    expect(await world.effects(call)).toHaveLength(1);
  });

  it('W-A02 stage runs what production declares: nothing to promote', async () => {
    const { c2 } = world.code;
    expect(await compare(running(image(c2), image(c2)))).toMatchObject({
      promotions: [{ verdict: 'nothing_to_promote' }],
      ready_to_promote: false,
      next: 'Nothing to do.',
      next_call: null,
    });
  });

  it('W-A03 a tag is compared as the beginning of the commit, a digest by its tag', async () => {
    const { c2, c4 } = world.code;
    const byDigest = running(image(c4), `quay.io/example/demo@${DIGEST}`);
    expect(await compare(byDigest, { digests: { [c2.slice(0, 7)]: DIGEST } })).toHaveProperty(
      'environments.1.state',
      'in_sync',
    );
    expect(await compare(byDigest)).toMatchObject({
      environments: [{}, { state: 'unknown', because: expect.stringContaining('no tag is known') }],
      blockers: [expect.stringContaining('production is not known')],
    });
  });

  it.each([
    [true, 'rolling_out', 'blocked'],
    [false, 'drift', 'ready_to_promote'],
    [undefined, 'differs', 'blocked'],
  ])('W-A04 declared and live differ while a rollout runs (%s): %s', async (rollouts, state, verdict) => {
    const { c1, c3 } = world.code;
    const answer = await world.read('compare_live', {
      product: 'demo',
      environment: 'production',
      live: {
        deployments: running(image(c3), image(c1)),
        ...(rollouts === undefined ? {} : { rollouts_running: rollouts }),
      },
    });
    expect(answer).toMatchObject({
      environments: [{ environment: 'production', state }],
      promotions: [{ verdict }],
    });
    if (rollouts === true)
      expect(answer).toMatchObject({ next: expect.stringContaining('Wait until production') });
  });

  it('W-A01 is blocked by what would be a downgrade, a side branch, or a commit nobody knows', async () => {
    const { c1, c2, side } = world.code;
    for (const [runs, why] of [
      [c1, 'a downgrade'],
      [side, 'not on the default branch'],
      ['0123456', 'cannot be named in full'],
    ] as const) {
      expect(await compare(running(image(runs), image(c2))), why).toMatchObject({
        ready_to_promote: false,
        blockers: [expect.stringContaining(why)],
        next: expect.stringContaining('Remove the blockers of stage → production'),
      });
    }
  });

  it('is never ready where nothing is seen', async () => {
    expect(await compare([])).toMatchObject({
      environments: [{ state: 'nothing_live' }, { state: 'nothing_live' }],
      ready_to_promote: false,
      blockers: [
        expect.stringContaining('stage is not seen live'),
        expect.stringContaining('production is not'),
      ],
    });
  });

  it('knows its environments', async () => {
    await expect(compare([], { environment: 'prod' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('stage, production'),
    });
  });
});

describe('without environments in the settings', () => {
  it('each label is one, and stage goes before production', async () => {
    await using plain = await appWorld({
      file: ({ c1, c3 }) => saasFile({ stage: c3, production: c1, billing: c1 }),
    });
    const { c1, c3 } = plain.code;
    const deployments = [
      { name: 'a', namespace: 'demo-stage', image: image(c3) },
      { name: 'a', namespace: 'demo-prod', image: image(c1) },
    ];
    expect(
      await plain.read('compare_live', { product: 'demo', live: { deployments, rollouts_running: false } }),
    ).toMatchObject({
      environments: [
        { environment: 'stage', state: 'in_sync' },
        { environment: 'production', state: 'in_sync' },
        { environment: 'billing', state: 'nothing_live' },
      ],
      promotions: [{ from: 'stage', to: 'production', verdict: 'ready_to_promote', commit: c3 }],
    });
  });

  it('and without a code repository nothing is ready', async () => {
    await using plain = await appWorld({ product: { code_repository: undefined } });
    const { c2, c4 } = plain.code;
    const deployments = [
      { name: 'a', namespace: 'demo-stage', image: image(c4) },
      { name: 'a', namespace: 'demo-prod', image: image(c2) },
    ];
    expect(await plain.read('compare_live', { product: 'demo', live: { deployments } })).toMatchObject({
      promotions: [{ verdict: 'blocked', blockers: [expect.stringContaining('code_repository')] }],
    });
  });
});
