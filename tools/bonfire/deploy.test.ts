import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { deployArguments } from './deploy-arguments.ts';
import { reserved, TAKEN, type WorldGiven, world } from './testing/world.ts';

const SHA = 'c1'.repeat(20);
const HEX = 'ab'.repeat(32);
const IMAGE = `quay.io/demo-org/demo-backend@sha256:${HEX}`;

/** A namespace of mine, and a command that does what is given. */
async function ready(program: string | undefined, given: WorldGiven = {}) {
  const there = await world({ program, ...given });
  const { namespace } = await reserved(there, 'deploy');
  const input = { namespace, app: 'demo', template_ref: SHA, image_digest: HEX };
  return { ...there, namespace: String(namespace), input };
}
type Ready = Awaited<ReturnType<typeof ready>>;

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('it never came to hold');
}

const secretFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('sluice-bonfire-'));

describe('arguments of the command', () => {
  it('are those of a deploy at an exact commit and digest', () => {
    const settings = {
      ref_env: 'demo-production',
      optional_deps_method: 'hybrid',
      frontends: false,
    } as const;
    expect(
      deployArguments(settings, {
        namespace: 'ephemeral-1',
        app: 'demo',
        component: 'demo-backend',
        imageBase: 'quay.io/demo-org/demo-backend',
        digest: `sha256:${HEX}`,
        templateRef: SHA,
        limitMs: 900_000,
      }),
    ).toEqual([
      'deploy',
      '--source=appsre',
      '--ref-env',
      'demo-production',
      '--namespace',
      'ephemeral-1',
      '--timeout',
      '900',
      '--optional-deps-method',
      'hybrid',
      '--frontends',
      'false',
      '--component',
      'demo-backend',
      '--no-remove-resources',
      'all',
      '--set-template-ref',
      `demo-backend=${SHA}`,
      '--set-parameter',
      'demo-backend/IMAGE=quay.io/demo-org/demo-backend@sha256',
      '--set-parameter',
      `demo-backend/IMAGE_TAG=${HEX}`,
      'demo',
    ]);
  });
});

describe('bonfire_deploy', () => {
  it('runs the command once, and finds what it made', async () => {
    await using there = await ready("await apply(); console.log('Successfully deployed');");
    process.env.SLUICE_TEST_SECRET = 'not for a program';
    const first = await there.write('deploy', there.input);
    expect(first).toMatchObject({
      state: 'deployed',
      sent: true,
      component: 'demo-backend',
      image: IMAGE,
      deployments: ['demo-backend-service'],
      output_tail: ['Successfully deployed'],
      next: `kubernetes_namespace_summary {"cluster":"apps","namespace":"${there.namespace}"}`,
    });
    const again = await there.write('deploy', { ...there.input, image_digest: `sha256:${HEX}` });
    expect(again).toMatchObject({ state: 'deployed', sent: false });
    const [called, ...others] = there.calls();
    expect(others).toEqual([]);
    expect(called?.args).toEqual(expect.arrayContaining([`demo-backend/IMAGE_TAG=${HEX}`, 'demo']));
    expect(called?.namespace).toBe(there.namespace);
    expect(called?.env).toMatchObject({ BONFIRE_BOT: 'true', BONFIRE_NS_REQUESTER: 'lead_at_example.com' });
    expect(called?.env).not.toHaveProperty('SLUICE_TEST_SECRET');
    // The credential was there for the command alone.
    expect(existsSync(called?.env.KUBECONFIG ?? '')).toBe(false);
  });

  it('one that takes long is answered as under way; the same call looks and does not deploy twice', async () => {
    await using there = await ready('await wait(4000); await apply();');
    expect(await there.write('deploy', there.input)).toMatchObject({
      state: 'deploying',
      sent: true,
      deployments: [],
      next: `bonfire_namespace_status {"namespace":"${there.namespace}"}`,
    });
    expect(await there.write('deploy', there.input)).toMatchObject({ state: 'deploying', sent: false });
    expect(await status(there)).toMatchObject([{ state: 'running', exit_code: null }]);
    await until(async () => (await status(there))[0]?.state === 'done');
    expect(await there.write('deploy', there.input)).toMatchObject({ state: 'deployed', sent: false });
    expect(there.calls()).toHaveLength(1);
  });

  it('one that fails says what it said; the same call tries again', async () => {
    await using there = await ready(
      "console.error('\\u001b[31mERROR: app demo not found\\u001b[0m'); process.exit(3);",
    );
    const before = secretFolders();
    await expect(there.write('deploy', there.input)).rejects.toMatchObject({
      code: 'upstream',
      reached: 'no',
      message: expect.stringMatching(
        /ended with 3, and no Deployment .*It said: "ERROR: app demo not found"\.$/,
      ),
    });
    expect(await status(there)).toMatchObject([
      { state: 'failed', exit_code: 3, output_tail: ['ERROR: app demo not found'] },
    ]);
    await expect(there.write('deploy', there.input)).rejects.toMatchObject({ code: 'upstream' });
    expect(there.calls()).toHaveLength(2);
    expect(secretFolders()).toEqual(before);
  });

  it('one that deployed and then gave up waiting is deployed', async () => {
    await using there = await ready("await apply(); console.error('timed out waiting'); process.exit(1);");
    expect(await there.write('deploy', there.input)).toMatchObject({
      state: 'deployed',
      sent: true,
      output_tail: ['timed out waiting'],
    });
  });

  it('one that ended well and made no Deployment of the image is not deployed', async () => {
    await using there = await ready(`await apply('quay.io/demo-org/other@sha256:${HEX}');`);
    await expect(there.write('deploy', there.input)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('ended with 0, and no Deployment'),
    });
  });

  it('W-X01 without the command: tool_missing with a hint, and nothing else runs', async () => {
    await using there = await ready(undefined);
    const before = (await there.requests()).length;
    await expect(there.write('deploy', there.input)).rejects.toMatchObject({
      code: 'tool_missing',
      remedy: expect.stringContaining('pip install crc-bonfire'),
    });
    expect(await there.requests()).toHaveLength(before);
  });

  it('only to a namespace that you have reserved, and that is there', async () => {
    await using there = await ready('await apply();');
    const to = (namespace: string) => there.write('deploy', { ...there.input, namespace });
    await expect(to(TAKEN.namespace)).rejects.toMatchObject({ code: 'forbidden', rule: 'own_reservation' });
    await expect(to('demo-prod')).rejects.toMatchObject({ code: 'not_found' });
    await there.write('namespace_release', { namespace: there.namespace });
    await expect(to(there.namespace)).rejects.toMatchObject({ code: 'not_found' });
    expect(there.calls()).toEqual([]);
  });

  it.each([
    [{ template_ref: SHA.slice(0, 12) }, /template_ref/],
    [{ template_ref: 'main' }, /template_ref/],
    [{ image_digest: 'latest' }, /image_digest/],
    [{ image_digest: `sha512:${HEX}` }, /image_digest/],
    [{ app: 'demmo' }, /no app "demmo"/],
    [{ app: 'pair' }, /which component/],
    [{ app: 'pair', component: 'demo-backend' }, /no component demo-backend/],
    [{ app: '--namespace=demo-prod' }, /no app/],
    [{ component: 'x; rm -rf /' }, /no component/],
  ])('refuses %j, and runs nothing', async (input, cause) => {
    await using there = await ready('await apply();');
    await expect(there.write('deploy', { ...there.input, ...input })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(cause),
    });
    expect(there.calls()).toEqual([]);
  });

  it('a plan says what would be deployed, and starts nothing', async () => {
    await using there = await ready('await apply();');
    const effects = await there.effects('deploy', there.input);
    expect(effects).toMatchObject([
      {
        key: `bonfire/apps/${there.namespace}/demo/demo-backend@sha256:${HEX}`,
        preview: { action: 'deploy', after: { template_ref: SHA, image: IMAGE } },
      },
    ]);
    expect(there.calls()).toEqual([]);
  });

  it('is not begun once the permit has run out', async () => {
    await using there = await ready('await apply();');
    const [effect] = await there.effects('deploy', there.input);
    const before = secretFolders();
    const permit = {
      signal: new AbortController().signal,
      check: () => {
        throw new Error('the lease is over');
      },
    };
    await expect(effect?.send(permit)).rejects.toThrow('the lease is over');
    expect(there.calls()).toEqual([]);
    expect(secretFolders()).toEqual(before);
  });
});

async function status(there: Ready): Promise<{ state: string }[]> {
  return (await there.read('namespace_status', { namespace: there.namespace })).deploys;
}
