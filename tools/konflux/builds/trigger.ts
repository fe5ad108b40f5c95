import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { selector, type Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { PIPELINE_RUN, type PipelineRun, RUN_STATES, runStateOf } from '../resources/pipeline-run.ts';
import { newestFirst } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import {
  answeredBy,
  BUILDABLE,
  type Buildable,
  buildsOf,
  isRequested,
  labelsOfBuilds,
  type Request,
  requestFor,
  unfinished,
} from './build-request.ts';
import { describeRun } from './classify.ts';
import { isNewer } from './runs.ts';
import { Moment, runSentence } from './shapes.ts';

const NEVER = '1970-01-01T00:00:00Z';

interface Seen {
  component: Buildable;
  request: Request;
  builds: PipelineRun[];
}

async function look(
  client: KonfluxClient,
  name: string,
  version: string | undefined,
  where: Where & { namespace: string },
): Promise<Seen> {
  const [component, { items }] = await Promise.all([
    client.cluster.find(BUILDABLE, name, where),
    client.cluster.all(PIPELINE_RUN, { ...where, labels: selector(labelsOfBuilds(name)) }),
  ]);
  if (component === undefined) throw await client.missing(BUILDABLE, name, where.namespace);
  const request = requestFor(component, version);
  return { component, request, builds: buildsOf(newestFirst(items), request) };
}

const Evidence = z.object({ created_after: z.string() });

export const triggerBuild = defineTool({
  name: 'konflux_build_trigger',
  title: 'Ask for a build',
  description: `
Asks the build service for a new build of a component's branch (or of one of its versions). It says "requested" until a
build run is seen; then "started" with its name. Refused while a build of it runs, unless even_if_running. For a build
after a failed one in a flow give created_after (of the newest build known) and attempt, so that a repeated call asks once.`,
  effect: 'create',
  key: 'konflux/<namespace>/components/<component>[@<version>]/builds/after/<created_after>#<attempt>',
  settles: '2m',
  input: z.object({
    component: Name,
    version: z.string().max(63).optional().meta({ description: 'Where the component has several.' }),
    created_after: Moment.optional().meta({
      description:
        'A build created after this answers the request; when left out, after the newest that is there.',
    }),
    attempt: z.int().min(1).max(20).default(1).meta({
      description: 'Which build since created_after is wanted: 2 for another one after the first has failed.',
    }),
    even_if_running: z.boolean().default(false),
    namespace: Namespace,
  }),
  output: z.object({
    component: z.string(),
    version: z.string().optional(),
    namespace: z.string(),
    status: z.enum(['requested', 'started']).meta({ description: '`started`: a build run has been seen.' }),
    build: z.string().nullable(),
    build_state: z.enum(RUN_STATES).nullable(),
    created_after: z.string().meta({ description: 'A build created after this is the answer.' }),
    sent: z.boolean().meta({ description: 'False: it had been asked for already.' }),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client, signal, now }) => {
    const { component: name, version, attempt, even_if_running: evenIfRunning } = input;
    const namespace = await client.cluster.namespace(input.namespace);
    const where = { namespace, signal };
    const seen = await look(client, name, version, where);
    const { request, builds } = seen;
    const [newest] = builds;
    const since = input.created_after ?? newest?.metadata.creationTimestamp ?? NEVER;
    const answered = ({ component, builds: there, request: asked }: Seen) =>
      isRequested(component, asked) || answeredBy(there, since, attempt) !== undefined;
    const running = unfinished(builds);
    if (running !== undefined && !evenIfRunning && !answered(seen)) throw busy(running, now);
    const what = request.version === undefined ? name : `${name}@${request.version}`;
    const effect: Effect = {
      key: `konflux/${namespace}/components/${what}/builds/after/${since}#${attempt}`,
      preview: {
        system: 'konflux',
        action: 'ask for a build',
        target: `component ${what} in ${namespace}`,
        before:
          newest === undefined
            ? null
            : { build: newest.metadata.name, state: runStateOf(newest.status.conditions) },
        after: request.patch,
      },
      find: async () =>
        answered(await look(client, name, version, where)) ? present({ created_after: since }) : absent,
      send: async (permit) => {
        await client.cluster.patch(BUILDABLE, name, request.patch, permit, { namespace });
        return { created_after: since };
      },
    };
    return [effect];
  },
  result: async (input, { client, signal, now }, [outcome]) => {
    const { component: name, version, attempt, namespace: given } = input;
    const namespace = await client.cluster.namespace(given);
    const { created_after: since } = Evidence.parse(outcome?.data);
    const { request, builds } = await look(client, name, version, { namespace, signal });
    const build = answeredBy(builds, since, attempt);
    const [newest] = builds;
    // What answers a later attempt comes after the builds that are there.
    const after = newest !== undefined && isNewer(newest, since) ? newest.metadata.creationTimestamp : since;
    const sent = outcome?.outcome === 'sent';
    const what = request.version === undefined ? name : `${name} (version ${request.version})`;
    return {
      component: name,
      ...(request.version === undefined ? {} : { version: request.version }),
      namespace,
      status: build === undefined ? ('requested' as const) : ('started' as const),
      build: build?.metadata.name ?? null,
      build_state: build === undefined ? null : runStateOf(build.status.conditions),
      created_after: build === undefined ? after : since,
      sent,
      summary:
        build === undefined
          ? `A build of ${what} ${sent ? 'is' : 'had already been'} requested; no build run has been seen yet.`
          : `A build of ${what} ${sent ? 'was' : 'had already been'} requested: ${runSentence(build, describeRun(build, []), now)}`,
      next:
        build === undefined
          ? `Look in a minute whether it has started: ${call('konflux_build_list', { component: name, created_after: after, namespace })}`
          : call('konflux_build_get', { name: build.metadata.name, namespace }),
    };
  },
});

function busy(run: PipelineRun, now: number): SluiceError {
  return new SluiceError('precondition', {
    cause: `A build of it is not over: ${runSentence(run, describeRun(run, []), now)}`,
    remedy:
      'Wait for it or cancel it (konflux_pipeline_cancel), or give even_if_running. Nothing was requested.',
  });
}
