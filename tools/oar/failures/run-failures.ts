import { SluiceError } from '../../../src/kit/errors.ts';
import type { Http } from '../../../src/kit/http.ts';
import { cleanText, oneLine } from '../../../src/kit/text.ts';
import { mapBounded } from '../images/bounded.ts';
import type { TestRun } from '../test-result.ts';
import { folderOf, listObjects, type RunFolder, readObject, type StoredObject } from './artifact-store.ts';
import { JUNIT_BYTES, type JunitFailures, junitFailures, junitFiles } from './junit.ts';
import { failingScenarios } from './test-report.ts';

const SCENARIOS = 40;
const FILES_AT_ONCE = 4;
const LOG_BYTES = 6_000;
const LOG_TAIL = 1_500;

export interface RunFailures {
  /** Undefined when neither the artifacts nor the record says which; empty when they say none. */
  scenarios: string[] | undefined;
  /** What the junit files say of a scenario. */
  messages: JunitFailures;
  logTail: string | undefined;
  unavailable: string[];
}

interface Store {
  http: Http;
  folder: RunFolder;
}

/** Runs a read; what it cannot give goes into the list of what was unavailable. */
type Attempt = <T>(what: string, read: () => Promise<T | undefined>) => Promise<T | undefined>;

/**
 * What failed in a run: from its report in the artifact store, else from its junit files, else from the
 * record, else the log's end. What the junit files say of a failure goes with it, whoever named it.
 */
export async function failuresOf(http: Http | undefined, run: TestRun): Promise<RunFailures> {
  const unavailable: string[] = [];
  const attempt: Attempt = async (what, read) => {
    try {
      const found = await read();
      if (found === undefined) unavailable.push(`${what} is not there`);
      return found;
    } catch (error) {
      // A store that is down or closed must not hide what the record says.
      if (!(error instanceof SluiceError)) throw error;
      unavailable.push(oneLine(`${what}: ${error.message}`));
      return undefined;
    }
  };
  const store = storeOf(http, run, unavailable);
  const objects = store && (await attempt('artifacts', () => artifactsOf(store, unavailable)));
  const reported = store && objects && (await attempt('test-results.yaml', () => reportOf(store, objects)));
  const junit = store && objects && (await junitOf(store, objects, attempt, unavailable));
  const sources = [reported, junit && [...junit.keys()], recorded(run)];
  // One that names none says less than a later one that does.
  const scenarios =
    sources.find((names) => names !== undefined && names.length > 0) ??
    sources.find((names) => names !== undefined);
  const needsLog = scenarios === undefined || scenarios.length === 0;
  const log = needsLog && store ? await attempt('build-log.txt', () => logOf(store)) : undefined;
  return {
    scenarios: scenarios === undefined ? undefined : named(scenarios),
    messages: junit ?? new Map(),
    logTail: log === undefined ? undefined : cleanText(log, LOG_BYTES).slice(-LOG_TAIL),
    unavailable,
  };
}

function storeOf(http: Http | undefined, run: TestRun, unavailable: string[]): Store | undefined {
  const folder = folderOf(run.jobURL ?? '');
  if (http !== undefined && folder !== undefined) return { http, folder };
  unavailable.push(
    http === undefined ? 'modules.oar.artifacts_url is not set' : 'the record names no folder of artifacts',
  );
  return undefined;
}

async function artifactsOf({ http, folder }: Store, unavailable: string[]): Promise<StoredObject[]> {
  const { objects, complete } = await listObjects(http, { ...folder, prefix: `${folder.prefix}/artifacts` });
  if (!complete) unavailable.push(`the run has more artifacts than the ${objects.length} that are listed`);
  return objects;
}

const REPORT = /\/artifacts\/[^/]+\/[^/]*openshift-e2e-test-qe-report\/artifacts\/test-results\.yaml$/;

async function reportOf(
  { http, folder }: Store,
  objects: readonly StoredObject[],
): Promise<string[] | undefined> {
  const name = objects.find((one) => REPORT.test(one.name))?.name;
  const text = name === undefined ? undefined : await readObject(http, folder.bucket, name);
  return name === undefined || text === undefined ? undefined : failingScenarios(name, text);
}

/** Undefined when there is no junit file that can be read. */
async function junitOf(
  { http, folder: { bucket, prefix } }: Store,
  objects: readonly StoredObject[],
  attempt: Attempt,
  unavailable: string[],
): Promise<JunitFailures | undefined> {
  const { chosen, large, left } = junitFiles(objects);
  const short = (name: string) => oneLine(name.slice(prefix.length + 1), 150);
  for (const { name } of large) unavailable.push(`${short(name)}: it is larger than ${JUNIT_BYTES} bytes`);
  if (left > 0) unavailable.push(`${left} more junit files are not read`);
  const read = await mapBounded(chosen, FILES_AT_ONCE, ({ name }) =>
    attempt(short(name), async () => {
      const text = await readObject(http, bucket, name);
      return text === undefined ? undefined : await junitFailures('junit', text);
    }),
  );
  const files = read.filter((found) => found !== undefined);
  if (files.length === 0) return undefined;
  const all = new Map<string, string | null>();
  for (const [scenario, message] of files.flatMap((found) => [...found])) {
    all.set(scenario, all.get(scenario) ?? message);
  }
  return all;
}

async function logOf({ http, folder: { bucket, prefix } }: Store): Promise<string | undefined> {
  return await readObject(http, bucket, `${prefix}/build-log.txt`, LOG_BYTES);
}

function recorded(run: TestRun): string[] | undefined {
  if (run.testResultSummary == null) return undefined;
  return Object.values(run.testResultSummary).flatMap(({ failingScenarios: names }) => names ?? []);
}

/** Names are text from outside: one line, capped, each once. */
function named(scenarios: readonly string[]): string[] {
  return [...new Set(scenarios.map((name) => oneLine(name)))].slice(0, SCENARIOS);
}
