/** The tasks that a StateBox can hold, in the order of a release. */
export const TASKS = [
  'create-test-report',
  'take-ownership',
  'update-bug-list',
  'check-greenwave-cvp-tests',
  'check-cve-tracker-bug',
  'push-to-cdn-staging',
  'analyze-candidate-build',
  'analyze-promoted-build',
  'image-consistency-check',
  'stage-testing',
  'image-signed-check',
  'drop-bugs',
  'change-advisory-status',
] as const;
export type TaskName = (typeof TASKS)[number];

/** Issues may also be about the security alerts, which have no entry of their own. */
export const ISSUE_TASKS = [...TASKS, 'check-rhcos-security-alerts'] as const;
