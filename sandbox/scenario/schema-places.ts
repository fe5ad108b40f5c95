import { z } from 'zod';
import { Instant } from './time.ts';
import { timeline } from './timeline.ts';

const Phase = z.enum(['Pending', 'Ready', 'Accepted', 'Rejected', 'Failed']);

const Release = z.strictObject({
  /** Before this moment the release controller does not know the tag. */
  created: Instant,
  phase: timeline(Phase),
  pull_spec: z.string(),
  download_url: z.string(),
  digest: timeline(z.string()).optional(),
  promoted_from: z.string().optional(),
  previous: z.strictObject({ name: z.string(), created: Instant, digest: z.string() }).optional(),
  upgrades_from: z.array(z.string()).default([]),
});

export type Release = z.infer<typeof Release>;

export const ReleaseController = z.strictObject({
  streams: z.record(z.string(), z.strictObject({ releases: z.record(z.string(), Release) })),
});

/** Text as it stands, a map written as JSON or YAML by the file's name, or null: not there (yet). */
export const FileContent = z.union([z.string(), z.record(z.string(), z.unknown()), z.null()]);

export const Mirror = z.strictObject({
  /** By digest; `claims` makes the signature speak of another image than the one it is published for. */
  signatures: z.record(
    z.string().regex(/^sha256:[0-9a-f]{64}$/),
    z.strictObject({ published: Instant, claims: z.string().optional() }),
  ),
});

export const Portal = z.strictObject({
  pages: z.record(z.string(), z.strictObject({ live: Instant, title: z.string().optional() })),
});

const KindToKeys = z.record(z.string(), z.array(z.string()));

export const Trackers = z.record(z.string(), z.strictObject({ brew: KindToKeys, konflux: KindToKeys }));

export const Slack = z.strictObject({
  team: z.string(),
  bot: z.strictObject({ id: z.string(), name: z.string() }),
  channels: z.record(
    z.string(),
    z.strictObject({
      id: z.string(),
      /** Further channels of the same name, as shared ones can be. */
      also: z.array(z.string()).default([]),
      private: z.boolean().default(false),
      archived: z.boolean().default(false),
      /** Whether the bot is in it. */
      member: z.boolean().default(true),
    }),
  ),
  users: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        real_name: z.string().default(''),
        display_name: z.string().default(''),
        deleted: z.boolean().default(false),
      }),
    )
    .default([]),
  usergroups: z.array(z.strictObject({ id: z.string(), handle: z.string(), name: z.string() })).default([]),
  /** What stands there before anybody posts. */
  messages: z
    .array(
      z.strictObject({
        channel: z.string(),
        ts: z.string().regex(/^\d+\.\d+$/),
        user: z.string(),
        text: z.string(),
        thread_ts: z.string().optional(),
        metadata: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
});

export type Slack = z.infer<typeof Slack>;
