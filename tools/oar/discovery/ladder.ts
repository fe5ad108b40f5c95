import { workingDayPassed } from './weekdays.ts';

/** Each rung follows the one before after a working day in vain. */
export const RUNGS = ['qa-contact', 'team-lead', 'manager', 'label'] as const;
export type Rung = (typeof RUNGS)[number];

export interface Notice {
  at: number;
  rung: Rung;
}

interface Ladder {
  /** When the bug came into the status. */
  since: number;
  notices: readonly Notice[];
  labelled: boolean;
}

/** The rung that is due now; undefined when it is too early or everything was said. */
export function dueRung({ since, notices, labelled }: Ladder, now: number): Rung | undefined {
  if (labelled) return undefined;
  // A bug that came back begins a new ladder: older notices are of an older wait.
  const current = notices.filter(({ at }) => at >= since);
  const last = current.reduce((latest, { at }) => Math.max(latest, at), since);
  if (!workingDayPassed(last, now)) return undefined;
  const highest = current.reduce((top, { rung }) => Math.max(top, RUNGS.indexOf(rung)), -1);
  return RUNGS[highest + 1];
}

interface People<P> {
  qaContact: P | null;
  assignee: P | null;
  reporter: P | null;
  managerOf(person: P): P | null;
}

/** Whom a notice speaks to. */
export function recipients<P>(rung: Exclude<Rung, 'label'>, people: People<P>): P[] {
  const { qaContact, assignee, reporter, managerOf } = people;
  const known = (list: (P | null)[]) => list.filter((one) => one !== null);
  if (qaContact !== null) {
    return rung === 'manager' ? known([managerOf(qaContact) ?? qaContact]) : [qaContact];
  }
  if (assignee !== null) return known([assignee, managerOf(assignee)]);
  return known([reporter]);
}
