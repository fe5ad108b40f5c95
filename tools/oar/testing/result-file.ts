/** Small result files for tests: `success/failure/…` for the first run, further runs are retries. */
function run(state: string, completed = state !== 'pending') {
  return {
    jobID: 'id',
    ...(state === 'pending' ? {} : { jobState: state }),
    ...(completed ? { jobCompletionTime: '2026-06-25T19:08:09Z' } : {}),
  };
}

export function job(name: string, first: string, ...retries: string[]) {
  return { jobName: name, firstJob: run(first), retriedJobs: retries.map((state) => run(state)) };
}

export function resultFile(
  build: string,
  jobs: unknown[],
  rest: Record<string, unknown> = { aggregated: true },
) {
  return JSON.stringify({ result: jobs, build: { name: build, phase: 'Accepted' }, ...rest });
}
