import { absent, type Effect, type Found, present } from '../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import type { RegistryJob } from '../oar/client.ts';
import { type PayloadSubject, payloadEnv, testsPayload } from '../prow/client.ts';
import { isOpen, type RecordJob, type ResultRecord, recordedIds, slotsOf, withRunId } from './record.ts';
import type { RecordStore } from './record-store.ts';
import type { JobsServices } from './services.ts';

export interface RunPlan {
  services: JobsServices;
  store: RecordStore;
  registry: readonly RegistryJob[];
  arch: PayloadSubject['arch'];
  /** What same-version upgrades of a nightly begin from. */
  upgradeFrom: string | undefined;
}

/**
 * For every open run: it is started, then its id is noted. The file says what was intended all along,
 * so a trigger that fails is found open by the next call.
 */
export function openRuns(plan: RunPlan, record: ResultRecord): Effect[] {
  return plan.registry.flatMap((known) => {
    const job = record.result.find(({ jobName }) => jobName === known.name);
    if (job === undefined) return [];
    return slotsOf(job).flatMap((run, slot) => (isOpen(run) ? startAndNote(plan, record, known, slot) : []));
  });
}

function startAndNote(plan: RunPlan, record: ResultRecord, known: RegistryJob, slot: number): Effect[] {
  const { services, store } = plan;
  const payload = payloadOf(store, record);
  const subject: PayloadSubject = { payload, arch: plan.arch, upgrade: known.upgrade };
  const env = payloadEnv({
    ...subject,
    ...(plan.upgradeFrom !== undefined && isSameStream(known.name, store.build.yStream)
      ? { upgradeFrom: plan.upgradeFrom }
      : {}),
  });
  const name = `${known.name}#${slot + 1}`;
  let started: string | undefined;
  const find = () => findRun(plan, subject, known.name, slot);

  return [
    {
      key: `prow/${known.name}/${payload}#${slot + 1}`,
      preview: { system: 'prow', action: 'run', target: known.name, after: env },
      find,
      send: async (permit) => {
        const { id } = await services.prow().trigger(known.name, env, permit);
        started = id;
        return { job: known.name, id };
      },
    },
    {
      key: `records/${store.path}/${name}`,
      preview: { system: 'records', action: 'note the run', target: name },
      find: async () => {
        const noted = notedId((await store.demand()).record, known.name, slot);
        return noted === undefined ? absent : present({ job: known.name, id: noted });
      },
      ready: async () => {
        if (started !== undefined || (await find()).state === 'present') return;
        throw new NotYet(`The run of ${known.name} that was just started is not listed yet.`, {
          lookAgainSeconds: 30,
        });
      },
      send: async (permit) => {
        const id = started ?? idOf(await find());
        const message = `Note run ${slot + 1} of ${known.name} for ${store.build.name}`;
        const operation = (current: ResultRecord | undefined) => {
          if (current === undefined) throw gone(store);
          return withRunId(current, known.name, slot, id);
        };
        await store.change('', '', message, operation, undefined).send(permit);
        return { job: known.name, id };
      },
    },
  ];
}

/** By the id in the file, else the run of this job on this payload that no entry speaks of. */
async function findRun(plan: RunPlan, subject: PayloadSubject, name: string, slot: number): Promise<Found> {
  const { record } = await plan.store.demand();
  const noted = notedId(record, name, slot);
  if (noted !== undefined) return present({ job: name, id: noted });
  const known = recordedIds(record);
  const listed = await plan.services.prow().listJobs(name);
  const free = listed.filter(({ id, env }) => !known.has(id) && testsPayload(env, subject));
  const job = jobOf(record, name);
  const before = job === undefined ? 0 : slotsOf(job).slice(0, slot).filter(isOpen).length;
  const run = free[before];
  return run === undefined ? absent : present({ job: name, id: run.id });
}

function notedId(record: ResultRecord, name: string, slot: number): string | undefined {
  const job = jobOf(record, name);
  const run = job === undefined ? undefined : slotsOf(job)[slot];
  return run === undefined || isOpen(run) ? undefined : (run.jobID ?? undefined);
}

function jobOf(record: ResultRecord, name: string): RecordJob | undefined {
  return record.result.find(({ jobName }) => jobName === name);
}

function idOf(found: Found): string {
  const data = found.state === 'present' ? found.data : undefined;
  if (typeof data === 'object' && data !== null && 'id' in data && typeof data.id === 'string')
    return data.id;
  throw new NotYet('The run that was just started is not listed yet.', { lookAgainSeconds: 30 });
}

/** An upgrade within the version under test: `upgrade-from-stable-4.20` of a 4.20 build. */
export function isSameStream(job: string, yStream: string): boolean {
  const from = /upgrade-from-stable-(\d+\.\d+)(?![\d.])/.exec(job)?.[1];
  return from === yStream;
}

export function payloadOf(store: RecordStore, { build }: ResultRecord): string {
  if (typeof build.pullSpec === 'string' && build.pullSpec !== '') return build.pullSpec;
  throw new SluiceError('schema_drift', {
    cause: `${store.where}: build.pullSpec: there is no pull spec, so nothing can be run on the build.`,
    remedy: 'Correct the file at its source.',
  });
}

export function gone(store: RecordStore): SluiceError {
  return new SluiceError('conflict', {
    cause: `${store.where} was removed meanwhile.`,
    remedy: 'Find out who removed it, then start the tests with jobs_trigger_for_build.',
  });
}
