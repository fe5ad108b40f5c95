import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { Arch, BuildName, registryOf } from '../oar/client.ts';
import { testsPayload } from '../prow/client.ts';
import { JobRuns, jobRuns } from './answer.ts';
import { defineTool } from './define.ts';
import { type RecordJob, type ResultRecord, withReplacedRun } from './record.ts';
import { RecordStore } from './record-store.ts';
import { gone, payloadOf } from './runs.ts';
import type { JobsServices } from './services.ts';

const Input = z.object({
  build: BuildName,
  arch: Arch,
  job: z.string().min(1).max(250),
  current_id: z.uuid().meta({ description: 'The retried run that is replaced.' }),
  new_id: z.uuid().meta({ description: 'A run of the same job on the same payload.' }),
});

export const updateRetriedRun = defineTool({
  name: 'jobs_update_retried_run',
  title: 'Replace a retried run in the test results',
  description: `Puts another run in the place of a retried one, for example after one that broke down, and has the build aggregated
again. The new run must be of the same job and payload. The first run cannot be replaced.`,
  effect: 'update',
  key: 'records/<path>/<job>/<current id>→<new id>',
  settles: '30s',
  input: Input,
  output: z.object({
    build: z.string(),
    arch: z.string(),
    file: z.string(),
    job: JobRuns,
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client }) => {
    const { build, arch, job: name, current_id, new_id } = input;
    const store = new RecordStore(client.oar(), build, arch);
    const { record, since } = await store.demand();
    const job = demandJob(store, record, name);
    if (has(job, new_id) && !has(job, current_id)) return [];
    if (!has(job, current_id) || has(job, new_id)) throw notReplaceable(store, input, job);
    const registry = await registryOf(client.oar(), store.build, arch, since);
    const upgrade = registry?.find((one) => one.name === name)?.upgrade ?? /(^|-)upgrade-from-/.test(name);
    await demandSameSubject(client, input, { payload: payloadOf(store, record), arch, upgrade });
    return [
      store.change(
        `records/${store.path}/${name}/${current_id}→${new_id}`,
        'replace a retried run',
        `Replace retried run ${current_id} of ${name} for ${build}`,
        (current) => {
          if (current === undefined) throw gone(store);
          const replaced = withReplacedRun(current, name, current_id, new_id);
          if (replaced !== undefined) return replaced;
          if (has(demandJob(store, current, name), new_id)) return current;
          throw notReplaceable(store, input, demandJob(store, current, name));
        },
        { job: name, from: current_id, to: new_id },
      ),
    ];
  },
  result: async ({ build, arch, job: name }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const { record, since } = await store.demand();
    demandJob(store, record, name);
    const registry = await registryOf(client.oar(), store.build, arch, since);
    const names = registry === undefined ? undefined : new Set(registry.map((one) => one.name));
    const [job] = jobRuns({ ...record, result: [demandJob(store, record, name)] }, names);
    return {
      build,
      arch,
      file: store.where,
      job: JobRuns.parse(job),
      summary: `The retried runs of ${name} are as wanted; ${build} is ${record.aggregated === true ? 'aggregated' : 'to be aggregated again'}.`,
      next: 'jobs_aggregate_results brings its state in.',
    };
  },
});

function has({ retriedJobs }: RecordJob, id: string): boolean {
  return (retriedJobs ?? []).some(({ jobID }) => jobID === id);
}

function demandJob(store: RecordStore, { result }: ResultRecord, name: string): RecordJob {
  const job = result.find(({ jobName }) => jobName === name);
  if (job !== undefined) return job;
  throw new SluiceError('not_found', {
    cause: `${store.where} lists no job ${JSON.stringify(name)}.`,
    remedy: `It lists ${result.map(({ jobName }) => jobName).join(', ')}.`,
  });
}

function notReplaceable(store: RecordStore, input: z.output<typeof Input>, job: RecordJob): SluiceError {
  const retried = (job.retriedJobs ?? []).flatMap(({ jobID }) => jobID ?? []);
  const first = job.firstJob.jobID === input.current_id ? ' It is the first run, which stays.' : '';
  const both = has(job, input.new_id) ? ` ${input.new_id} is one of them already.` : '';
  return new SluiceError('conflict', {
    cause: `${store.where}: ${input.current_id} cannot be replaced by ${input.new_id} in ${input.job}.${first}${both}`,
    remedy:
      retried.length === 0 ? 'The job has no retried run.' : `Its retried runs are ${retried.join(', ')}.`,
  });
}

async function demandSameSubject(
  services: JobsServices,
  { job, new_id }: z.output<typeof Input>,
  subject: Parameters<typeof testsPayload>[1],
): Promise<void> {
  const run = await services.prow().getJob(new_id);
  if (run.job === job && testsPayload(run.env, subject)) return;
  throw new SluiceError('conflict', {
    cause: `ProwJob ${new_id} is not a run of ${job} on ${subject.payload}.`,
    remedy: 'Give a run of the same job and payload; prow_run_job with a higher attempt starts one.',
  });
}
