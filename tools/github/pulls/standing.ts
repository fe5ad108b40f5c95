import type { Review } from './schema.ts';

/** Whose approval counts: GitHub asks for write access, and this is what it shows of that. */
const WITH_ACCESS = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
const DECISIVE = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']);

export interface Standing {
  approved_by: string[];
  changes_requested_by: string[];
  /** Of `approved_by`: who approved a commit that is not the head any more. */
  approved_older_commit: string[];
  /** Approvals by those who have a say here. */
  counting: number;
}

/** Where the reviews leave a pull request: the last word of each reviewer counts, a comment is none. */
export function standingOf(reviews: readonly Review[], head: string): Standing {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    const who = review.user?.login;
    if (who !== undefined && DECISIVE.has(review.state)) last.set(who, review);
  }
  const having = (state: string) => [...last].filter(([, review]) => review.state === state);
  const approved = having('APPROVED');
  return {
    approved_by: approved.map(([who]) => who),
    changes_requested_by: having('CHANGES_REQUESTED').map(([who]) => who),
    approved_older_commit: approved.filter(([, { commit_id }]) => commit_id !== head).map(([who]) => who),
    counting: approved.filter(([, review]) => WITH_ACCESS.has(review.author_association ?? '')).length,
  };
}
