import { SluiceError } from '../../../src/kit/errors.ts';
import type { StateBox, StateBoxIssue } from '../statebox.ts';
import { mask } from './mask.ts';
import type { Operation } from './operation.ts';

export const ISSUE_LIMIT = 1000;

export interface NewIssue {
  issue: string;
  blocker: boolean;
  related_tasks: readonly string[];
}

export function addIssue(wanted: NewIssue, at: string): Operation {
  const issue = mask(checkText(wanted.issue));
  return {
    message: `Add issue: ${head(issue)}`,
    changes: (box) => {
      if (openIssue(box, issue) !== undefined) return [];
      demandOneBlocker(box, wanted);
      const item = {
        issue,
        reported_at: at,
        resolved: false,
        resolution: null,
        blocker: wanted.blocker,
        related_tasks: [...wanted.related_tasks],
      };
      return [{ append: 'issues', item }];
    },
  };
}

/** The open issue of this very text; case and margins do not matter. */
export function openIssue(box: StateBox, text: string): StateBoxIssue | undefined {
  const wanted = normal(mask(text));
  return box.issues.find(({ resolved, issue }) => !resolved && normal(issue) === wanted);
}

/** One open blocker a task: a second one would hide behind the first. Those of a whole release are free. */
function demandOneBlocker(box: StateBox, { blocker, related_tasks }: NewIssue): void {
  if (!blocker) return;
  for (const task of related_tasks) {
    const other = blockerOf(box, task);
    if (other === undefined) continue;
    throw new SluiceError('conflict', {
      cause: `Task '${task}' already has unresolved blocker: ${head(other.issue, 200)}`,
      remedy: 'Resolve that one first, or add this one with blocker=false.',
      rule: 'statebox.one-blocker',
    });
  }
}

export function blockerOf(box: StateBox, task: string): StateBoxIssue | undefined {
  return box.issues.find(
    ({ blocker, resolved, related_tasks }) => blocker && !resolved && related_tasks.includes(task),
  );
}

/** Blockers of no task in particular: they hold the whole release. */
export function generalBlockers(box: StateBox): StateBoxIssue[] {
  return box.issues.filter(
    ({ blocker, resolved, related_tasks }) => blocker && !resolved && related_tasks.length === 0,
  );
}

export interface IssueFilter {
  unresolved_only: boolean;
  blockers_only: boolean;
  /** `general`: issues of no task in particular. */
  task?: string | undefined;
}

export function issuesOf(box: StateBox, filter: IssueFilter): StateBoxIssue[] {
  return box.issues.filter(({ resolved, blocker, related_tasks }) => {
    if ((filter.unresolved_only && resolved) || (filter.blockers_only && !blocker)) return false;
    if (filter.task === undefined) return true;
    return filter.task === 'general' ? related_tasks.length === 0 : related_tasks.includes(filter.task);
  });
}

export function resolveIssue(query: string, resolution: string, at: string): Operation {
  const said = mask(checkText(resolution, 'resolution'));
  return {
    message: `Resolve issue: ${head(query)}`,
    changes: (box) => {
      const found = issueToResolve(box, query, said);
      if (found.resolved) return [];
      const place = ['issues', box.issues.indexOf(found)];
      return [
        { set: [...place, 'resolved'], to: true },
        { set: [...place, 'resolution'], to: said },
        { set: [...place, 'resolved_at'], to: at },
      ];
    },
  };
}

/** The one open issue that is meant; or, when none is open, one that was resolved in these words. */
export function issueToResolve(box: StateBox, query: string, resolution: string): StateBoxIssue {
  const open = box.issues.filter(({ resolved }) => !resolved);
  const matches = matching(open, query);
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match;
  if (matches.length > 1) {
    throw new SluiceError('conflict', {
      cause: `${JSON.stringify(head(query))} is in ${matches.length} open issues: ${listed(matches)}.`,
      remedy: 'Be more specific: give words that stand in one of them only.',
    });
  }
  const done = matching(box.issues, query).find((issue) => issue.resolution === mask(resolution));
  if (done !== undefined) return done;
  throw new SluiceError('not_found', {
    cause: `Issue not found: ${JSON.stringify(head(query))}.`,
    remedy: open.length === 0 ? 'No issue is open.' : `Take one of the open ones: ${listed(open)}.`,
  });
}

function matching(issues: readonly StateBoxIssue[], query: string): StateBoxIssue[] {
  const wanted = normal(mask(query));
  if (wanted === '') return [];
  const exact = issues.filter(({ issue }) => normal(issue) === wanted);
  return exact.length > 0 ? exact : issues.filter(({ issue }) => normal(issue).includes(wanted));
}

function checkText(text: string, what = 'issue'): string {
  const length = [...text].length;
  if (text.trim() !== '' && length <= ISSUE_LIMIT) return text;
  throw new SluiceError('invalid_input', {
    cause: text.trim() === '' ? `The ${what} is blank.` : `The ${what} has ${length} characters.`,
    remedy: `Give between 1 and ${ISSUE_LIMIT} characters.`,
  });
}

const normal = (text: string): string => text.trim().toLowerCase();

function head(text: string, limit = 50): string {
  return [...text.replace(/\s+/g, ' ').trim()].slice(0, limit).join('');
}

function listed(issues: readonly StateBoxIssue[]): string {
  return issues.map(({ issue }) => JSON.stringify(head(issue, 80))).join('; ');
}
