import { z } from 'zod';
import { canonicalJson, digestOf } from '../../src/kit/canonical.ts';
import { filePath } from '../../src/kit/url.ts';
import type { Project } from './api.ts';
import type { GitLabClient } from './client.ts';
import { ProjectInput } from './define.ts';
import { MergeRequestRows } from './schema.ts';
import { FileAnswer } from './schema-repository.ts';

const Name = z.string().regex(/^[A-Za-z0-9._-]{1,150}$/);

/** A plan that a release asks an approval for. */
export const PLAN = {
  project: ProjectInput.meta({ description: 'Where merge requests ask for approvals.' }),
  release_id: Name,
  step: Name.meta({ description: 'The approve step.' }),
  plan_hash: z.string().regex(/^[0-9a-f]{64}$/),
};
export interface PlanAsked {
  project: string;
  release_id: string;
  step: string;
  plan_hash: string;
}

/** The branch that is this plan's, and the file that holds it. */
export function placeOfPlan({ release_id, step, plan_hash }: PlanAsked): { branch: string; path: string } {
  const branch = ['sluice', 'approve', refPart(release_id), refPart(step), plan_hash.slice(0, 12)].join('/');
  const path = `approvals/${release_id}/${step}/${plan_hash}.json`;
  filePath(path);
  return { branch, path };
}

/** Git takes no `..`, and no part that begins with a dot or ends with `.lock`. */
function refPart(name: string): string {
  return name
    .replace(/\.{2,}/g, '.')
    .replace(/^\.+|\.+$/g, '')
    .replace(/\.lock$/i, '-lock');
}

/** Characters that a reader of the file would not see, or that would turn the order of reading. */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u007f-\u009f\u2028\u2029]/gu;

/** The one text of a plan: keys in order, two blanks a level, nothing that cannot be seen. */
export function planText(plan: unknown): string {
  const text = JSON.stringify(JSON.parse(canonicalJson(plan)), undefined, 2);
  const escaped = text.replace(HIDDEN, (hidden) =>
    [...hidden]
      .flatMap((one) => one.split(''))
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${escaped}\n`;
}

/** Whether a file is this plan and nothing else: also no second value under a name that was said before. */
export function isPlan(content: string, hash: string): boolean {
  try {
    const plan: unknown = JSON.parse(content);
    return digestOf(plan) === hash && planText(plan) === content;
  } catch {
    return false;
  }
}

/** Whether the plan stands, as it is, in its file at a commit. */
export async function holdsPlan(
  { api }: GitLabClient,
  project: Project,
  asked: PlanAsked,
  commit: string,
): Promise<boolean> {
  const { path } = placeOfPlan(asked);
  const file = await api.readIfThere('the file of the plan', FileAnswer, ({ RepositoryFiles }) =>
    RepositoryFiles.show(project.id, path, commit),
  );
  if (file === undefined) return false;
  const content = Buffer.from(file.content, file.encoding === 'base64' ? 'base64' : 'utf8');
  return isPlan(content.toString('utf8'), asked.plan_hash);
}

/** The merge requests of this plan's branch, the newest first; those of forks are somebody else's. */
export async function requestsOfPlan({ api }: GitLabClient, project: Project, asked: PlanAsked) {
  const { branch } = placeOfPlan(asked);
  const all = await api.pages('merge requests', MergeRequestRows, ({ MergeRequests }, wish) =>
    MergeRequests.all({ projectId: project.id, sourceBranch: branch, ...wish }),
  );
  return all
    .filter((row) => row.source_branch === branch && row.source_project_id === project.id)
    .toSorted((a, b) => b.iid - a.iid);
}
