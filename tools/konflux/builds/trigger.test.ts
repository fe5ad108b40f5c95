import { describe, expect, it } from 'vitest';
import { ANNOTATION, LABEL } from '../resources/common.ts';
import { NAMESPACE, runObject } from './testing/objects.ts';
import { application, component, failed, running } from './testing/team.ts';
import { world } from './testing/world.ts';

const REQUEST = `metadata.annotations[${ANNOTATION.buildRequest}]`;

/** The build service takes the request after five seconds; a build runs after twenty and ends after ten minutes. */
function buildService(...outcomes: string[]) {
  const build = runObject({ name: 'build-{{ n }}', created: '{{ at }}', outcome: 'Unknown/Running' });
  const labels = { ...build.metadata.labels, [LABEL.eventType]: 'incoming', [LABEL.sha]: 'e'.repeat(40) };
  const { creationTimestamp: _, ...metadata } = build.metadata;
  const of = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'build-{{ n }}',
    namespace: NAMESPACE,
  };
  return {
    build: {
      kind: 'Component',
      on: ['update'],
      when: [{ path: REQUEST, is: 'trigger-pac-build', changed: true }],
      outcomes: outcomes.map((reason) => [
        { after: '5s', merge: { metadata: { annotations: { [ANNOTATION.buildRequest]: null } } } },
        {
          after: '20s',
          create: [
            {
              ...build,
              metadata: { ...metadata, labels },
              status: { ...build.status, startTime: '{{ at }}' },
            },
          ],
        },
        {
          after: '10m',
          of,
          conditions: [
            { type: 'Succeeded', status: reason === 'Failed' ? 'False' : 'True', reason, message: '' },
          ],
          merge: { status: { completionTime: '{{ at }}' } },
        },
      ]),
    },
  };
}

const team = [application, component(), ...failed('build-failed', '11:20:00')];
const NAME = { component: 'demo-backend' };
const PATCH = {
  request: 'PATCH components/demo-backend',
  body: { metadata: { annotations: { 'build.appstudio.openshift.io/request': 'trigger-pac-build' } } },
};

describe('konflux_build_trigger', () => {
  it('W-I03 a failed build: asked for once, "requested" until a run is seen, then its name', async () => {
    await using konflux = await world({ objects: team, reactions: buildService('Succeeded') });
    const asked = await konflux.write('konflux_build_trigger', NAME);
    expect(asked).toMatchObject({
      status: 'requested',
      build: null,
      sent: true,
      created_after: '2026-01-15T11:20:00Z',
      summary: 'A build of demo-backend is requested; no build run has been seen yet.',
      next: expect.stringContaining(
        'konflux_build_list {"component":"demo-backend","created_after":"2026-01-15T11:20:00Z"',
      ),
    });
    const { created_after } = asked as { created_after: string };
    const look = () => konflux.read('konflux_build_list', { ...NAME, created_after });
    // Taken up by the build service, and still no run: nothing is claimed.
    await konflux.pass('10s');
    expect(await look()).toMatchObject({ builds: [], total: 0 });
    await konflux.pass('1m');
    expect(await look()).toMatchObject({ builds: [{ name: 'build-1', state: 'running' }] });
    expect(await konflux.write('konflux_build_trigger', { ...NAME, created_after })).toMatchObject({
      status: 'started',
      build: 'build-1',
      build_state: 'running',
      sent: false,
    });
    expect(await konflux.sent()).toEqual([PATCH]);
  });

  it('a plan says what would be sent, by a key that names the newest build, and sends nothing', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.effects('konflux_build_trigger', NAME)).toMatchObject([
      {
        key: 'konflux/demo-tenant/components/demo-backend/builds/after/2026-01-15T11:20:00Z#1',
        preview: {
          target: 'component demo-backend in demo-tenant',
          before: { build: 'build-failed', state: 'failed' },
          after: PATCH.body,
        },
      },
    ]);
    expect(await konflux.sent()).toEqual([]);
  });

  it('a request that nobody has taken up yet is not made twice', async () => {
    await using konflux = await world({ objects: team });
    await konflux.write('konflux_build_trigger', NAME);
    expect(await konflux.write('konflux_build_trigger', NAME)).toMatchObject({
      status: 'requested',
      sent: false,
      summary: 'A build of demo-backend had already been requested; no build run has been seen yet.',
    });
    expect(await konflux.sent()).toHaveLength(1);
  });

  it('promise 2: its answer is lost: sent once, and found', async () => {
    await using konflux = await world({ objects: team });
    await konflux.fault({ method: 'PATCH', fault: 'reset_after', times: 1 });
    expect(await konflux.write('konflux_build_trigger', NAME)).toMatchObject({
      status: 'requested',
      sent: true,
    });
    expect(await konflux.sent()).toHaveLength(1);
  });

  it('promise 1: whoever takes over after a crash finds the build by the moment it was to come after', async () => {
    await using konflux = await world({ objects: team, reactions: buildService('Failed') });
    const input = { ...NAME, created_after: '2026-01-15T11:20:00Z' };
    const [effect] = await konflux.effects('konflux_build_trigger', input);
    await effect?.send({ check: () => undefined, signal: new AbortController().signal });
    for (const later of ['1s', '1m', '1h']) {
      await konflux.pass(later);
      const [again] = await konflux.effects('konflux_build_trigger', input);
      expect(again?.key).toBe(effect?.key);
      expect(await again?.find()).toMatchObject({ state: 'present' });
    }
  });

  it('a second attempt after one that failed, and none after one that succeeded', async () => {
    await using konflux = await world({ objects: team, reactions: buildService('Failed', 'Succeeded') });
    const input = { ...NAME, created_after: '2026-01-15T11:20:00Z' };
    await konflux.write('konflux_build_trigger', { ...input, attempt: 1 });
    await konflux.pass('11m');
    expect(await konflux.write('konflux_build_trigger', { ...input, attempt: 1 })).toMatchObject({
      build: 'build-1',
      build_state: 'failed',
      sent: false,
    });
    const second = await konflux.write('konflux_build_trigger', { ...input, attempt: 2 });
    expect(second).toMatchObject({ status: 'requested', build: null, sent: true });
    expect((second as { created_after: string }).created_after > '2026-01-15T12:00:00Z').toBe(true);
    await konflux.pass('11m');
    expect(await konflux.write('konflux_build_trigger', { ...input, attempt: 3 })).toMatchObject({
      build: 'build-2',
      build_state: 'succeeded',
      sent: false,
    });
    expect(await konflux.sent()).toHaveLength(2);
  });

  it('while a build runs it is refused, unless told', async () => {
    await using konflux = await world({ objects: [...team, running] });
    await expect(konflux.write('konflux_build_trigger', NAME)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('build-running is running'),
      remedy: expect.stringContaining('even_if_running'),
    });
    expect(await konflux.sent()).toEqual([]);
    const told = await konflux.write('konflux_build_trigger', { ...NAME, even_if_running: true });
    expect(told).toMatchObject({ status: 'requested', build: null, sent: true });
    expect(await konflux.sent()).toEqual([PATCH]);
  });

  it('a build of a pull request neither holds it up nor answers it', async () => {
    const labels = { [LABEL.eventType]: 'pull_request', [LABEL.pullRequest]: '7' };
    const pull = runObject({
      name: 'pull',
      created: '2026-01-15T11:59:00Z',
      outcome: 'Unknown/Running',
      labels,
    });
    await using konflux = await world({ objects: [...team, pull] });
    const input = { ...NAME, created_after: '2026-01-15T11:20:00Z' };
    expect(await konflux.write('konflux_build_trigger', input)).toMatchObject({
      status: 'requested',
      build: null,
      sent: true,
    });
  });

  it('the first build of a component', async () => {
    await using konflux = await world({ objects: [component()], reactions: buildService('Succeeded') });
    await konflux.write('konflux_build_trigger', NAME);
    await konflux.pass('1m');
    expect(await konflux.read('konflux_build_get', NAME)).toMatchObject({
      name: 'build-1',
      state: 'running',
    });
  });

  it('another request that is pending is not overwritten', async () => {
    const pending = component('demo-backend', {}, { [ANNOTATION.buildRequest]: 'configure-pac' });
    await using konflux = await world({ objects: [pending] });
    await expect(konflux.write('konflux_build_trigger', NAME)).rejects.toMatchObject({ code: 'blocked' });
    expect(await konflux.sent()).toEqual([]);
  });

  it('a component with versions is asked by an action', async () => {
    const versions = ['v1', 'v2'].map((name) => ({ name, revision: `release-${name}` }));
    const source = {
      source: { url: 'https://gitlab.example.com/demo/demo-backend', versions, git: undefined },
    };
    const { spec, ...rest } = component('demo-backend', source);
    await using konflux = await world({ objects: [{ ...rest, spec: JSON.parse(JSON.stringify(spec)) }] });
    await expect(konflux.write('konflux_build_trigger', NAME)).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('v1, v2'),
    });
    const input = { ...NAME, version: 'v2' };
    expect(await konflux.write('konflux_build_trigger', input)).toMatchObject({ version: 'v2', sent: true });
    expect(await konflux.write('konflux_build_trigger', input)).toMatchObject({ sent: false });
    expect((await konflux.sent()).map(({ body }) => body)).toEqual([
      { spec: { actions: { 'trigger-push-build': 'v2' } } },
    ]);
  });

  it.each([
    [{ component: 'demo-back' }, 'not_found'],
    [{ ...NAME, version: 'v1' }, 'invalid_input'],
    [{ ...NAME, attempt: 0 }, 'invalid_input'],
    [{ ...NAME, created_after: 'yesterday' }, 'invalid_input'],
  ])('%j asks for nothing', async (input, code) => {
    await using konflux = await world({ objects: team });
    await expect(konflux.write('konflux_build_trigger', input)).rejects.toMatchObject({ code });
    expect(await konflux.sent()).toEqual([]);
  });
});
