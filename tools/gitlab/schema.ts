import { z } from 'zod';

const Username = z.object({ username: z.string().min(1) });

/** What the list of merge requests says of each, and the merge request itself too. */
const mergeRequestFields = {
  iid: z.int(),
  title: z.string(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  labels: z.array(z.string()),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.int().nullish(),
  target_project_id: z.int().nullish(),
  web_url: z.string(),
  merged_at: z.string().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  description: z.string().nullish(),
  draft: z.boolean().nullish(),
  author: Username.nullish(),
  sha: z.string().nullish(),
  has_conflicts: z.boolean().nullish(),
  detailed_merge_status: z.string().nullish(),
  references: z.object({ full: z.string() }).nullish(),
};

export const MergeRequestRow = z.object(mergeRequestFields);
export const MergeRequestRows = z.array(MergeRequestRow);

export const MergeRequestAnswer = z.object({
  ...mergeRequestFields,
  source_project_id: z.int(),
  head_pipeline: z
    .object({
      id: z.int(),
      status: z.string().nullish(),
      project_id: z.int().nullish(),
      web_url: z.string().nullish(),
    })
    .nullish(),
  changes_count: z.string().nullish(),
  merge_user: Username.nullish(),
});
export type MergeRequestAnswer = z.output<typeof MergeRequestAnswer>;

export const DiffsAnswer = z.array(
  z.object({
    new_path: z.string().min(1),
    old_path: z.string().nullish(),
    diff: z.string().nullish(),
    too_large: z.boolean().nullish(),
  }),
);

const Note = z.object({
  id: z.int(),
  body: z.string(),
  author: z.object({ username: z.string(), bot: z.boolean().nullish() }),
  created_at: z.string(),
  system: z.boolean().nullish(),
  resolvable: z.boolean().nullish(),
  resolved: z.boolean().nullish(),
  position: z
    .object({ new_path: z.string().nullish(), new_line: z.int().nullish(), old_line: z.int().nullish() })
    .nullish(),
});
export const NotesAnswer = z.array(Note);
export const NoteCreated = z.object({ id: z.int() });
export type NoteAnswer = z.output<typeof Note>;

export const DiscussionsAnswer = z.array(
  z.object({ id: z.string(), individual_note: z.boolean().nullish(), notes: NotesAnswer }),
);

export const ApprovalsAnswer = z.object({
  approved_by: z.array(z.object({ user: Username })),
  approved: z.boolean().nullish(),
  approvals_required: z.int().nullish(),
  approvals_left: z.int().nullish(),
  /** Of paid editions alone, like what follows. */
  approval_rules_left: z.array(z.object({ name: z.string().nullish() })).nullish(),
  suggested_approvers: z.array(Username).nullish(),
  user_can_approve: z.boolean().nullish(),
});
export type ApprovalsAnswer = z.output<typeof ApprovalsAnswer>;

export const ApprovalStateAnswer = z.object({
  rules: z.array(
    z.object({
      name: z.string(),
      rule_type: z.string().nullish(),
      approvals_required: z.int(),
      approved: z.boolean().nullish(),
      eligible_approvers: z.array(Username).nullish(),
      approved_by: z.array(Username).nullish(),
    }),
  ),
});

export const UserAnswer = z.object({
  id: z.int(),
  username: z.string().min(1),
  name: z.string(),
  state: z.string().nullish(),
  /** Shown to administrators only. */
  email: z.string().nullish(),
  public_email: z.string().nullish(),
});
export const UsersAnswer = z.array(UserAnswer);

export const ProjectAnswer = z.object({
  id: z.int(),
  path_with_namespace: z.string(),
  default_branch: z.string().nullish(),
});
