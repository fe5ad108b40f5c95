import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { oneLine } from '../../src/kit/text.ts';
import { folderOf, listObjects, readObject } from '../oar/client.ts';
import { isOpen, type RecordRun, type ResultRecord, slotsOf } from './record.ts';
import { suiteSummary, type TestResultSummary } from './suite-summary.ts';

const REPORT = /\/artifacts\/[^/]+\/[^/]*openshift-e2e-test-qe-report\/artifacts\/test-results\.yaml$/;

export interface Summaries {
  /** By the id of the run. */
  found: ReadonlyMap<string, TestResultSummary>;
  absent: { job: string; id: string; why: string }[];
}

/** What the artifact store says of runs that have ended and hold no summary; nothing without a store. */
export async function summariesOf(store: Http | undefined, record: ResultRecord): Promise<Summaries> {
  const found = new Map<string, TestResultSummary>();
  const absent: Summaries['absent'] = [];
  if (store === undefined) return { found, absent };
  for (const { jobName: job, ...runs } of record.result) {
    const lacking = slotsOf({ jobName: job, ...runs }).filter(lacksSummary);
    await Promise.all(
      lacking.map(async (run) => {
        const id = run.jobID ?? '';
        const summary = await summaryOf(store, run);
        if (typeof summary === 'string') absent.push({ job, id, why: summary });
        else found.set(id, summary);
      }),
    );
  }
  return { found, absent };
}

/** What stands there stays. */
export function withSummaries(record: ResultRecord, found: Summaries['found']): ResultRecord {
  const next = structuredClone(record);
  for (const run of next.result.flatMap(slotsOf)) {
    const summary = lacksSummary(run) ? found.get(run.jobID ?? '') : undefined;
    if (summary !== undefined) run.testResultSummary = summary;
  }
  return next;
}

function lacksSummary(run: RecordRun): boolean {
  return !isOpen(run) && run.jobCompletionTime != null && run.testResultSummary == null;
}

async function summaryOf(store: Http, { jobURL }: RecordRun): Promise<TestResultSummary | string> {
  const folder = folderOf(jobURL ?? '');
  if (folder === undefined) return 'the record names no folder of artifacts';
  try {
    const artifacts = { ...folder, prefix: `${folder.prefix}/artifacts` };
    const { objects } = await listObjects(store, artifacts);
    const name = objects.find((one) => REPORT.test(one.name))?.name;
    const text = name === undefined ? undefined : await readObject(store, folder.bucket, name);
    if (text === undefined) return 'test-results.yaml is not there';
    const summary = suiteSummary(text);
    return typeof summary === 'string' ? `test-results.yaml: ${summary}` : summary;
  } catch (error) {
    // A store that is down or closed must not hold back the verdict.
    if (!(error instanceof SluiceError)) throw error;
    return oneLine(error.message);
  }
}
