import { z } from 'zod';

/** Every Web API method answers 200 and says in `ok` whether it worked. */
export const Envelope = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

export const PostAnswer = z.object({ channel: z.string().min(1), ts: z.string().min(1) });

const Metadata = z.object({
  event_type: z.string(),
  event_payload: z.object({ key: z.unknown() }).partial().optional(),
});

export const HistoryAnswer = z.object({
  messages: z.array(z.object({ ts: z.string().min(1), metadata: z.unknown().optional() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});

/** Whether somebody else's metadata or ours: only a key that is text can be one of ours. */
export function keyOf(metadata: unknown): string | undefined {
  const parsed = Metadata.safeParse(metadata);
  const key = parsed.success ? parsed.data.event_payload?.key : undefined;
  return typeof key === 'string' ? key : undefined;
}

export const LookupAnswer = z.object({
  user: z.object({ id: z.string().min(1), name: z.string().optional() }),
});

export const AuthTestAnswer = z.object({
  user_id: z.string(),
  user: z.string().optional(),
  team: z.string().optional(),
});
