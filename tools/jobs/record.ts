/**
 * A test-result file as it is written: every key and its order are kept, also those that nobody here
 * knows, because other programs read and write the same file. Its shape is checked before it gets here.
 */
export interface RecordRun {
  jobStartTime?: string;
  jobID?: string | null;
  jobURL?: string | null;
  jobState?: string;
  jobCompletionTime?: string | null;
  [key: string]: unknown;
}

export interface RecordJob {
  jobName: string;
  firstJob: RecordRun;
  retriedJobs?: RecordRun[] | null;
  [key: string]: unknown;
}

export interface ResultRecord {
  result: RecordJob[];
  build: { name: string; pullSpec?: unknown; [key: string]: unknown };
  aggregated?: boolean;
  accepted?: boolean;
  manual_promotion?: boolean;
  [key: string]: unknown;
}

/** Two spaces, no newline at the end, and beyond ASCII as the file had it: escaped unless it was not. */
export function serialise(record: ResultRecord, before = ''): string {
  const text = JSON.stringify(record, null, 2) + (before.endsWith('\n') ? '\n' : '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a newline is ASCII too
  if (/[^\u0000-\u007f]/.test(before)) return text;
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The runs of a job, the first one first. */
export function slotsOf({ firstJob, retriedJobs }: RecordJob): RecordRun[] {
  return [firstJob, ...(retriedJobs ?? [])];
}

/** A run that is intended and was not started, or whose id was lost. */
export function isOpen(run: RecordRun): boolean {
  return run.jobID === undefined || run.jobID === null || run.jobID === '';
}

export function recordedIds(record: ResultRecord): Set<string> {
  return new Set(record.result.flatMap(slotsOf).flatMap(({ jobID }) => jobID ?? []));
}

/** What was computed holds no more once the set of runs has changed. */
function dropVerdict(record: ResultRecord): void {
  delete record.aggregated;
  delete record.accepted;
}

/** Lists the jobs that are absent. Nothing is ever taken away: a smaller set would pass by itself. */
export function withJobs(record: ResultRecord, names: readonly string[]): ResultRecord {
  const next = structuredClone(record);
  const listed = new Set(next.result.map(({ jobName }) => jobName));
  const absent = names.filter((name) => !listed.has(name));
  next.result.push(...absent.map((jobName) => ({ jobName, firstJob: {}, retriedJobs: [] })));
  if (absent.length > 0) dropVerdict(next);
  return next;
}

export function withRunId(record: ResultRecord, jobName: string, slot: number, id: string): ResultRecord {
  const next = structuredClone(record);
  const job = next.result.find((one) => one.jobName === jobName);
  const run = job === undefined ? undefined : slotsOf(job)[slot];
  if (run !== undefined && isOpen(run)) run.jobID = id;
  return next;
}

/** Another run in place of a retried one; undefined when the job has no such retry. */
export function withReplacedRun(
  record: ResultRecord,
  jobName: string,
  currentId: string,
  newId: string,
): ResultRecord | undefined {
  const next = structuredClone(record);
  const retried = next.result.find((one) => one.jobName === jobName)?.retriedJobs ?? [];
  const index = retried.findIndex(({ jobID }) => jobID === currentId);
  if (index < 0) return undefined;
  retried[index] = { jobID: newId };
  dropVerdict(next);
  return next;
}

export function promoted(record: ResultRecord): ResultRecord {
  const next = structuredClone(record);
  next.aggregated = false;
  next.manual_promotion = true;
  return next;
}
