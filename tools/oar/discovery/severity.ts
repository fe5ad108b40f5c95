/** What a bug means to a release, from the words of its Jira issue. */
export interface SeverityFacts {
  status: string;
  summary: string;
  priority: string | null;
  labels: readonly string[];
  /** `Approved`, `Proposed`, `Rejected`, or null. */
  releaseBlocker: string | null;
  /** Whether a customer's case is linked. */
  customerCase: boolean;
}

export type Severity = 'high' | 'droppable' | 'finished';

const FINISHED = new Set(['Verified', 'Closed', 'Release Pending']);
const CRITICAL = new Set(['Critical', 'Blocker']);

export function isFinished({ status }: Pick<SeverityFacts, 'status'>): boolean {
  return FINISHED.has(status);
}

export function isCveTracker({ summary, labels }: Pick<SeverityFacts, 'summary' | 'labels'>): boolean {
  return [summary, ...labels].some((word) => word.startsWith('CVE'));
}

function isCritical({ priority, labels, releaseBlocker }: SeverityFacts): boolean {
  return (
    CRITICAL.has(priority ?? '') ||
    labels.includes('TestBlocker') ||
    releaseBlocker === 'Approved' ||
    releaseBlocker === 'Proposed'
  );
}

/** `finished` bugs are neither high nor droppable: nothing is left to do about them. */
export function severityOf(facts: SeverityFacts): Severity {
  if (isFinished(facts)) return 'finished';
  return isCritical(facts) || isCveTracker(facts) || facts.customerCase ? 'high' : 'droppable';
}
