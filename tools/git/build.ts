import { type Draft, draftOf } from './drafts.ts';
import type { Person } from './repository.ts';

interface CommitParts {
  tree: string;
  parents: readonly string[];
  /** `NAME <EMAIL> SECONDS ZONE` */
  author: string;
  committer: string;
  message: string;
}

/** Seconds since 1970 in UTC: the same moment is the same text, whoever writes it. */
export function signature(person: Person, moment: number): string {
  return `${person.name} <${person.email}> ${Math.floor(moment / 1_000)} +0000`;
}

/** A commit is what it holds: made twice from the same parts it is the same commit. */
export function commitDraft(parts: CommitParts): Draft {
  const head = [
    `tree ${parts.tree}`,
    ...parts.parents.map((parent) => `parent ${parent}`),
    `author ${parts.author}`,
    `committer ${parts.committer}`,
  ];
  return draftOf('commit', `${head.join('\n')}\n\n${parts.message}`);
}

export function tagDraft(parts: { name: string; commit: string; tagger: string; message: string }): Draft {
  const head = [`object ${parts.commit}`, 'type commit', `tag ${parts.name}`, `tagger ${parts.tagger}`];
  return draftOf('tag', `${head.join('\n')}\n\n${parts.message}`);
}
