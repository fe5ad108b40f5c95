import { z } from 'zod';

/** Every Web API method answers 200 and says in `ok` whether it worked. */
export const Envelope = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

export const Paged = z.object({
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});

export const PostAnswer = z.object({ channel: z.string().min(1), ts: z.string().min(1) });

export const EphemeralAnswer = z.object({ message_ts: z.string().optional() });

export const PermalinkAnswer = z.object({ permalink: z.url({ protocol: /^https?$/ }) });

const Metadata = z.object({
  event_type: z.string(),
  event_payload: z.record(z.string(), z.unknown()).optional(),
});

const SlackMessage = z.object({
  ts: z.string().min(1),
  text: z.string().nullish(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  thread_ts: z.string().optional(),
  metadata: z.unknown().optional(),
});
export type SlackMessage = z.output<typeof SlackMessage>;

export const HistoryAnswer = Paged.extend({ messages: z.array(SlackMessage) });

/** What a message's metadata carries, whoever wrote it; text values alone can be ours. */
export function payloadOf(metadata: unknown): Record<string, string> {
  const parsed = Metadata.safeParse(metadata);
  const payload = parsed.success ? (parsed.data.event_payload ?? {}) : {};
  return Object.fromEntries(
    Object.entries(payload).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export const LookupAnswer = z.object({
  user: z.object({
    id: z.string().min(1),
    name: z.string().optional(),
    deleted: z.boolean().optional(),
    real_name: z.string().optional(),
  }),
});

const Member = z.object({
  id: z.string().min(1),
  name: z.string().default(''),
  deleted: z.boolean().optional(),
  real_name: z.string().optional(),
  profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
});

export const MembersAnswer = Paged.extend({ members: z.array(Member) });

const Channel = z.object({
  id: z.string().min(1),
  name: z.string().default(''),
  is_private: z.boolean().optional(),
  is_member: z.boolean().optional(),
});

export const ChannelsAnswer = Paged.extend({ channels: z.array(Channel) });

export const AuthTestAnswer = z.object({
  user_id: z.string(),
  bot_id: z.string().optional(),
  user: z.string().optional(),
  team: z.string().optional(),
});
