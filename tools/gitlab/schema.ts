import { z } from 'zod';

export const MergeRequestAnswer = z.object({
  iid: z.int(),
  title: z.string(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  labels: z.array(z.string()),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.int(),
  web_url: z.string(),
  merged_at: z.string().nullish(),
});

export const DiffsAnswer = z.array(z.object({ new_path: z.string().min(1) }));

const Note = z.object({
  id: z.int(),
  body: z.string(),
  author: z.object({ username: z.string() }),
  created_at: z.string(),
});
export const NotesAnswer = z.array(Note);
export const NoteCreated = z.object({ id: z.int() });

export const ApprovalsAnswer = z.object({
  approved_by: z.array(z.object({ user: z.object({ username: z.string().min(1) }) })),
});

export const UserAnswer = z.object({
  id: z.int(),
  username: z.string().min(1),
  name: z.string(),
  /** Shown to administrators only. */
  email: z.string().nullish(),
  public_email: z.string().nullish(),
});
export const UsersAnswer = z.array(UserAnswer);

/** The pipelines of a merge request; a fork's run in the fork. */
export const PipelinesAnswer = z.array(z.object({ id: z.int(), project_id: z.int().optional() }));

export const JobsAnswer = z.array(
  z.object({
    id: z.int(),
    name: z.string(),
    stage: z.string(),
    status: z.string().min(1),
    allow_failure: z.boolean().optional(),
  }),
);
