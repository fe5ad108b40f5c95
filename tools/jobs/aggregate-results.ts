import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { Arch, BuildName, registryOf } from '../oar/client.ts';
import type { ProwJob } from '../prow/client.ts';
import { aggregated, missingJobs } from './aggregate.ts';
import { JobRuns, jobRuns } from './answer.ts';
import { defineTool } from './define.ts';
import { payloadLabel } from './payload-label.ts';
import { isOpen, type ResultRecord, slotsOf } from './record.ts';
import { RecordStore, type Stored } from './record-store.ts';
import { gone, openRuns } from './runs.ts';
import type { JobsServices } from './services.ts';
import { summariesOf, withSummaries } from './summaries.ts';
import { upgradeSource } from './trigger-for-build.ts';

export const aggregateResults = defineTool({
  name: 'jobs_aggregate_results',
  title: 'Aggregate the test results of a build',
  description: `Brings the test-result file of a build up to date with Prow: states, retries of failed required jobs, and
aggregated and accepted by best of three once every job that counts has ended. Ended runs get the
testResultSummary of their artifacts. Jobs that left the registry hold up nothing. Writes nothing when nothing changed.`,
  effect: 'update',
  key: 'records/<path>/aggregate; prow/<job>/<payload>#<run>; records/<path>/<job>#<run>',
  settles: '30s',
  input: z.object({ build: BuildName, arch: Arch }),
  output: z.object({
    build: z.string(),
    arch: z.string(),
    file: z.string(),
    url: z.string().nullable(),
    aggregated: z.boolean(),
    accepted: z.boolean().nullable(),
    manual_promotion: z.boolean(),
    jobs: z.array(JobRuns),
    missing_jobs: z.array(z.string()).meta({ description: 'Required, and not listed in the file.' }),
    without_summary: z
      .array(z.object({ job: z.string(), id: z.string(), why: z.string() }))
      .meta({ description: 'Ended runs for which the artifact store has no testResultSummary.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ build, arch }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const stored = await store.demand();
    const artifacts = client.oar().places.artifacts_url;
    const settled = stored.record.aggregated === true;
    const registry = await registryOf(client.oar(), store.build, arch, stored.since);
    const seen = settled ? new Map<string, ProwJob>() : await lookAt(client, stored);
    const judged = (current: ResultRecord) =>
      current.aggregated === true ? current : aggregated(current, seen, registry);
    const { found } = await summariesOf(artifacts, judged(stored.record));
    const operation = (current: ResultRecord | undefined) => {
      if (current === undefined) throw gone(store);
      return withSummaries(judged(current), found);
    };
    const planned = operation(stored.record);
    const { aggregated: done = false, accepted = null } = planned;
    const change = store.change(
      `records/${store.path}/aggregate`,
      'bring the results up to date',
      `Update test results of ${build}`,
      operation,
      { aggregated: done, accepted },
    );
    const written = (await change.find()).state === 'present' ? [] : [change];
    if (settled) return written;
    // Without a registry the listed jobs are run again as what their names say they are.
    const known =
      registry ??
      planned.result.map(({ jobName: name }) => ({
        name,
        upgrade: /(^|-)upgrade-from-/.test(name),
        optional: false,
        retries: 2,
      }));
    const upgradeFrom = await upgradeSource(client, store, planned, known);
    return [
      ...written,
      ...openRuns({ services: client, store, registry: known, arch, upgradeFrom }, planned),
    ];
  },
  result: async ({ build, arch }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const { record, since } = await store.demand();
    const registry = await registryOf(client.oar(), store.build, arch, since);
    const names = registry === undefined ? undefined : new Set(registry.map(({ name }) => name));
    const jobs = jobRuns(record, names);
    const missing = missingJobs(record, registry);
    const { absent } = await summariesOf(client.oar().places.artifacts_url, record);
    const done = record.aggregated === true;
    const running = jobs.filter(({ completed, in_registry }) => in_registry && !completed).length;
    const state = done
      ? `aggregated, ${record.accepted === true ? 'accepted' : 'not accepted'}`
      : `not aggregated yet: ${running} jobs have not ended, ${missing.length} are absent`;
    return {
      build,
      arch,
      file: store.where,
      url: store.url,
      aggregated: done,
      accepted: record.accepted ?? null,
      manual_promotion: record.manual_promotion === true,
      jobs,
      missing_jobs: missing,
      without_summary: absent,
      summary: `${build} is ${state}${record.manual_promotion === true ? '; it was promoted by hand' : ''}.`,
      ...(missing.length > 0
        ? { next: 'jobs_trigger_for_build lists and starts the absent jobs.' }
        : done
          ? record.accepted === true
            ? { next: `Outside of Sluice, unless it was done: ${payloadLabel(build, arch)}` }
            : {}
          : { next: 'Look again in half an hour.' }),
    };
  },
});

/** Runs that have ended stay as they are; of those that Prow has forgotten the file keeps what it knows. */
async function lookAt(services: JobsServices, { record }: Stored): Promise<Map<string, ProwJob>> {
  const running = record.result
    .flatMap(slotsOf)
    .filter((run) => !isOpen(run) && run.jobCompletionTime == null)
    .flatMap(({ jobID }) => jobID ?? []);
  const seen = new Map<string, ProwJob>();
  for (const id of running) {
    const job = await services
      .prow()
      .getJob(id)
      .catch((error: unknown) => {
        if (error instanceof SluiceError && error.code === 'not_found') return undefined;
        throw error;
      });
    if (job !== undefined) seen.set(id, job);
  }
  return seen;
}
