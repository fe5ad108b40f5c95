import { z } from 'zod';
import { Duration, Instant } from './time.ts';
import { timeline } from './timeline.ts';

const Tree = z.record(z.string(), z.unknown());

const Lines = z.union([
  z.string(),
  z.array(z.union([z.string(), z.strictObject({ at: Instant, text: z.string() })])),
]);

/** What one container has said: lines, or those of it and of the one that was restarted. */
const Log = z
  .union([Lines, z.strictObject({ current: Lines.optional(), previous: Lines.optional() })])
  .transform((log) =>
    typeof log === 'string' || Array.isArray(log) ? { current: log, previous: undefined } : log,
  );

export type Log = z.infer<typeof Log>;
export type Lines = z.infer<typeof Lines>;

const manifest = {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
};

/** Of a pod: by container. */
const logs = z.record(z.string(), Log).optional();

/** What the world does to an object. Every part that is there happens, in this order. */
const change = {
  /** Another object than the one that the change is told of. */
  of: z
    .strictObject({
      apiVersion: z.string(),
      kind: z.string(),
      name: z.string(),
      namespace: z.string().default(''),
    })
    .optional(),
  /** A JSON merge patch over the whole object, status included. */
  merge: Tree.optional(),
  /** Conditions, set by their type; the time of their transition follows. */
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional(),
  /** Of a Snapshot: what its annotation says of test scenarios, set by scenario. */
  tests: z.array(z.looseObject({ scenario: z.string(), status: z.string() })).optional(),
  create: z.array(z.looseObject({ ...manifest, logs })).optional(),
  delete: z.literal(true).optional(),
  /** Of a Deployment: another image, with all that follows from it. */
  rollout: z
    .strictObject({
      image: z.string(),
      /** The first one when absent. */
      container: z.string().optional(),
      /** Until the new pods are ready. */
      takes: Duration.default(45_000),
      /** Of the image; with an empty one the pods cannot pull it. */
      digest: z.string().optional(),
      /** Why the new pods never come up, such as ImagePullBackOff; the old ones stay. */
      fails: z.string().optional(),
    })
    .optional(),
};

const Change = z.strictObject(change);
export type Change = z.infer<typeof Change>;

const Entry = z.looseObject({
  ...manifest,
  /** When it appears; absent: it is there from the start. */
  at: Instant.optional(),
  /** What becomes of it. */
  timeline: z.array(z.strictObject({ at: Instant, ...change })).default([]),
  logs,
});

export type Entry = z.infer<typeof Entry>;

/** Named lists, so that a scenario can replace one of them alone. */
const Objects = z.preprocess(
  (raw) => (Array.isArray(raw) ? { objects: raw } : raw),
  z.record(z.string(), z.array(Entry)),
);

const ReactionStep = z.strictObject({
  after: Duration.default(0),
  /** Instead of `after`: a moment that the object names, `{{ … }}`. */
  at: z.string().optional(),
  ...change,
});
export type ReactionStep = z.infer<typeof ReactionStep>;

const Reaction = z.strictObject({
  kind: z.string(),
  /** `merged`: a target of a saas file (kind SaasTarget) got another ref on the default branch. */
  on: z.array(z.enum(['create', 'update', 'delete', 'merged'])).default(['create']),
  /** All of them have to hold for the object as the request left it. */
  when: z
    .array(
      z.strictObject({
        path: z.string(),
        is: z.unknown().optional(),
        exists: z.boolean().optional(),
        /** Whether this request changed it. */
        changed: z.boolean().optional(),
      }),
    )
    .default([]),
  /** What was still to become of the object by itself does not come any more. */
  halts: z.boolean().default(false),
  /** What follows the first, second, … time; the last one repeats. */
  outcomes: z.array(z.array(ReactionStep)).min(1),
});

export type Reaction = z.infer<typeof Reaction>;

const Forbidden = z.strictObject({
  verb: z.string().default('*'),
  /** The plural, `pods/log` for a subresource, or `*`. */
  resource: z.string(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

export const ApiServer = z.strictObject({
  /** Whose token the sandbox hands out. */
  user: z.string().default('demo-user'),
  users: z
    .record(
      z.string(),
      z.strictObject({
        /** Of another user than the one whose token the sandbox hands out. */
        token: z.string().optional(),
        groups: z.array(z.string()).default(['system:authenticated']),
        forbidden: z.array(Forbidden).default([]),
      }),
    )
    .default({}),
  token: timeline(z.enum(['valid', 'expired'])).default([{ value: 'valid' }]),
  version: z.string().default('v1.32.7'),
  /** At these moments the history is dropped: older resource versions are gone, open watches end with 410. */
  expires: z.array(Instant).default([]),
  /** How a watch from a dropped version is answered: 410 at once, or 200 and an ERROR event. */
  expired_watch: z.enum(['http', 'event']).default('event'),
  objects: Objects.default({}),
  /** Tried in this order; the first that fits is played. */
  reactions: z.record(z.string(), Reaction).default({}),
});

export type ApiServer = z.infer<typeof ApiServer>;

export const Kubernetes = z.strictObject({
  /** A folder with the CustomResourceDefinitions to check by; the sandbox's own short ones when absent. */
  crds: z.string().optional(),
  'konflux-cluster': ApiServer.prefault({}),
  'apps-cluster': ApiServer.prefault({}),
  kubearchive: ApiServer.prefault({}),
});

export type Kubernetes = z.infer<typeof Kubernetes>;
