import { z } from 'zod';

export const FileAnswer = z.object({
  type: z.literal('file'),
  sha: z.string().min(1),
  /** `none` for a file over 1 MB: its text has to be asked for as a blob. */
  encoding: z.enum(['base64', 'none']),
  content: z.string(),
});

export const BlobAnswer = z.object({ encoding: z.literal('base64'), content: z.string() });

export const FolderAnswer = z.array(z.object({ name: z.string().min(1) }));

/** Newest first. */
export const CommitsAnswer = z.array(z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }));

export const LabelsAnswer = z.array(z.object({ name: z.string() }));

export const PutAnswer = z.object({
  content: z.object({ sha: z.string().min(1) }),
  commit: z.object({ sha: z.string().min(1) }).optional(),
});
