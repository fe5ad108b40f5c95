/** What is known of one run of a job. */
export interface KnownRun {
  /** Undefined when nothing says in which scenarios it failed; empty when it passed. */
  scenarios: readonly string[] | undefined;
}

export interface KnownJob {
  name: string;
  platform: string;
  runs: readonly KnownRun[];
}

export interface ScenarioSpread {
  scenario: string;
  platforms: string[];
  failed: number;
  /** Runs of these jobs that say which scenarios failed. */
  known: number;
}

/** Failing in every one of at least two runs that are known, or in some of them. */
export function groupRuns(runs: readonly KnownRun[]): { consistent: string[]; flaky: string[] } {
  const known = runs.flatMap(({ scenarios }) => (scenarios === undefined ? [] : [new Set(scenarios)]));
  // A single run says nothing about a second one.
  if (known.length < 2) return { consistent: [], flaky: [] };
  const names = [...new Set(known.flatMap((set) => [...set]))].sort();
  const always = (name: string) => known.every((set) => set.has(name));
  return { consistent: names.filter(always), flaky: names.filter((name) => !always(name)) };
}

/** Each scenario over all jobs, the widest spread first. */
export function spreadOf(jobs: readonly KnownJob[]): ScenarioSpread[] {
  const failedIn = (name: string) => (run: KnownRun) => run.scenarios?.includes(name) === true;
  const names = [...new Set(jobs.flatMap(({ runs }) => runs.flatMap(({ scenarios }) => scenarios ?? [])))];
  return names
    .map((scenario) => {
      const hit = jobs.filter(({ runs }) => runs.some(failedIn(scenario)));
      const runs = hit.flatMap((job) => job.runs).filter(({ scenarios }) => scenarios !== undefined);
      return {
        scenario,
        platforms: [...new Set(hit.map(({ platform }) => platform))].sort(),
        failed: runs.filter(failedIn(scenario)).length,
        known: runs.length,
      };
    })
    .sort(
      (a, b) =>
        b.platforms.length - a.platforms.length || b.failed - a.failed || (a.scenario < b.scenario ? -1 : 1),
    );
}

/** Failing on two platforms or more, and there in every run that is known. */
export function crossPlatform(spread: readonly ScenarioSpread[]): string[] {
  return spread
    .filter(({ platforms, failed, known }) => platforms.length >= 2 && failed === known)
    .map(({ scenario }) => scenario);
}
