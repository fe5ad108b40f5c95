/** What a tool does to the outside. Hints, risk, confirmation, retry and audit all follow from it. */
export const EFFECTS = ['read', 'create', 'update', 'destroy', 'notify'] as const;
export type EffectClass = (typeof EFFECTS)[number];

/**
 * Leave to send one request that changes the outside. `check` throws when the leave has run out
 * (the lease is over, somebody else took the step); it is asked right before the request leaves.
 */
export interface Permit {
  check(): void;
  signal: AbortSignal;
}

export type Found =
  | { state: 'present'; data: unknown }
  | { state: 'absent' }
  | { state: 'unknown'; why: string };

export const present = (data: unknown = {}): Found => ({ state: 'present', data });
export const absent: Found = { state: 'absent' };
export const unknown = (why: string): Found => ({ state: 'unknown', why });

export interface EffectPreview {
  system: string;
  /** A verb and what it does, e.g. `set QA owner`. */
  action: string;
  /** What it is done to, e.g. `advisory 169025`. */
  target: string;
  /** How it stands now. Not part of what an approval binds to. */
  before?: unknown;
  /** How it will stand. */
  after?: unknown;
}

/**
 * One change of the outside, named by a key under which it can be found again. A tool lists the
 * whole wanted state, also what is there already: `find` tells the difference.
 */
export interface Effect {
  key: string;
  preview: EffectPreview;
  /** Looks the effect up by its natural key. Never sends anything. */
  find(): Promise<Found>;
  /** Sends it, once. What it returns is kept as evidence. */
  send(permit: Permit): Promise<unknown>;
  /** Throws `NotYet` while the time for this effect has not come. A plan does not ask it. */
  ready?(): Promise<void>;
}

export interface EffectOutcome {
  key: string;
  /** `sent` by us, `found` because we had sent it before, `adopted` because somebody else had. */
  outcome: 'sent' | 'found' | 'adopted';
  data: unknown;
}

/** Carries effects out: the engine's one writes a journal around each of them. */
export type EffectPerformer = (effects: readonly Effect[]) => Promise<EffectOutcome[]>;
