import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { Arch, BuildName, type RegistryJob, registryOf } from '../oar/client.ts';
import { JobRuns, jobRuns } from './answer.ts';
import { currentStable, emptyRecord } from './build-tag.ts';
import { defineTool } from './define.ts';
import { isOpen, type ResultRecord, slotsOf, withJobs } from './record.ts';
import { RecordStore } from './record-store.ts';
import { isSameStream, openRuns } from './runs.ts';
import type { JobsServices } from './services.ts';

export const triggerForBuild = defineTool({
  name: 'jobs_trigger_for_build',
  title: 'Start the test jobs of a build',
  description: `Writes which jobs of the registry a build is tested by into its test-result file, then starts each one that does
not run yet and notes its id. Safe to repeat: a job that was lost is started, none is doubled. Then
jobs_aggregate_results.`,
  effect: 'create',
  key: 'records/<path>/jobs; prow/<job>/<payload>#<run>; records/<path>/<job>#<run>',
  settles: '30s',
  input: z.object({
    build: BuildName,
    arch: Arch,
    only: z
      .array(z.string().min(1).max(250))
      .min(1)
      .optional()
      .meta({ description: 'Start these jobs now; the file lists all of them whatever stands here.' }),
  }),
  output: z.object({
    build: z.string(),
    arch: z.string(),
    file: z.string(),
    url: z.string().nullable(),
    payload: z.string().nullable(),
    jobs: z.array(JobRuns),
    not_started: z.array(z.string()),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async ({ build, arch, only }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const stored = await store.read();
    const registry = await demandRegistry(client, store, arch, stored?.since);
    const unknownJob = only?.find((name) => !registry.some((job) => job.name === name));
    if (unknownJob !== undefined) {
      throw new SluiceError('invalid_input', {
        cause: `The registry of ${store.build.yStream} (${arch}) has no job ${JSON.stringify(unknownJob)} for a ${store.build.kind} build.`,
        remedy: `It has ${registry.map(({ name }) => name).join(', ')}.`,
      });
    }
    const names = registry.map(({ name }) => name);
    const base = stored?.record ?? (await emptyRecord(client, build, arch));
    const planned = withJobs(base, names);
    const intent = store.change(
      `records/${store.path}/jobs`,
      'list the jobs that the build is tested by',
      `List ${names.length} test jobs of ${build}`,
      (current) => withJobs(current ?? base, names),
      planned.result.map(({ jobName }) => jobName),
    );
    const chosen = only === undefined ? registry : registry.filter(({ name }) => only.includes(name));
    const plan = { services: client, store, registry: chosen, arch };
    const upgradeFrom = await upgradeSource(client, store, planned, chosen);
    return [intent, ...openRuns({ ...plan, upgradeFrom }, planned)];
  },
  result: async ({ build, arch }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const { record, since } = await store.demand();
    const registry = await demandRegistry(client, store, arch, since);
    const jobs = jobRuns(record, new Set(registry.map(({ name }) => name)));
    const open = jobs.filter(({ runs }) => runs.some(({ id }) => id === null)).map(({ name }) => name);
    return {
      build,
      arch,
      file: store.where,
      url: store.url,
      payload: typeof record.build.pullSpec === 'string' ? record.build.pullSpec : null,
      jobs,
      not_started: open,
      summary: `${build} is tested by ${jobs.length} jobs; ${open.length === 0 ? 'all are started' : `${open.length} are not started`}.`,
      next:
        open.length === 0
          ? 'jobs_aggregate_results in some hours.'
          : 'Call this tool again for what is not started.',
    };
  },
});

async function demandRegistry(
  services: JobsServices,
  store: RecordStore,
  arch: string,
  since: string | undefined,
): Promise<RegistryJob[]> {
  const registry = await registryOf(services.oar(), store.build, arch, since);
  if (registry !== undefined) return registry;
  throw new SluiceError('precondition', {
    cause: `The registry names no ${store.build.kind} jobs for ${store.build.yStream} (${arch}).`,
    remedy: 'Add them to the registry of test jobs, and set modules.oar.test_registry.',
  });
}

/** Only asked for where a run that is about to start needs it. */
export async function upgradeSource(
  services: JobsServices,
  { build }: RecordStore,
  record: ResultRecord,
  registry: readonly RegistryJob[],
): Promise<string | undefined> {
  const needed = record.result.some((job) => {
    const known = registry.find(({ name }) => name === job.jobName);
    return known?.upgrade === true && isSameStream(known.name, build.yStream) && slotsOf(job).some(isOpen);
  });
  return build.kind === 'nightly' && needed ? await currentStable(services, build.yStream) : undefined;
}
