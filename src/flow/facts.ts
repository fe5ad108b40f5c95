import type { EffectPreview } from '../kit/effect.ts';
import type { ErrorCode } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { Flow } from './definition.ts';

/** A job or object outside that a step has begun or found. */
export interface Ref {
  system: string;
  id: string;
  url?: string | null;
  attempt?: number;
}

/** Who holds an effect while it is under way. */
export interface Owner {
  id: string;
  host: string;
  pid: number;
  /** When the process began, as the system tells it: tells a reused pid from the old one. */
  born: string;
}

export type SettledStatus = 'passed' | 'failed' | 'skipped';

export interface RunOpened {
  flow: Flow;
  flow_hash: string;
  /** Tool → digest of its contract at that time. */
  contracts: Record<string, string>;
  release_id: string;
  inputs: Record<string, unknown>;
  key: string;
  requester: Principal;
  policy: Record<string, unknown>;
  sandbox: boolean;
  engine: string;
  parent: string | null;
  /** The release that this run takes back. */
  undoes?: string;
}

/** A statement that somebody signed, as it stands in the journal. */
export interface SignedStatement {
  statement: Record<string, unknown>;
  /** Armoured SSH signature over the canonical JSON of the statement. */
  signature: string;
}

/** Where an approval was given that is not a signed statement. */
export const WITNESS_WAYS = ['gitlab', 'slack'] as const;
export type WitnessWay = (typeof WITNESS_WAYS)[number];

/** What was seen there, and by what it is found, or proven, again. */
export interface Witness {
  way: WitnessWay;
  evidence: Record<string, unknown>;
}

/** Through the client of an agent, which asked a person, or on the command line. */
export type ConfirmedBy = 'elicitation' | 'cli';

export interface RunWaiver {
  /** The guard, and the rule of it where it has several: `freeze/year-end`, `rollback-plan`. Never a pattern. */
  gate: string;
  reason: string;
  by: Principal;
  /** World time, ms. */
  until: number;
  /** The environment for which it counts. */
  environment: string;
  break_glass: boolean;
}

/** Somebody went round a rule in an emergency: told at once, looked into afterwards. */
export interface BrokenGlass {
  /** What was gone round: a gate, a guard, or the approval of a step. */
  what: string;
  reason: string;
  by: Principal;
  until: number;
  /** The review that stays open until somebody else closes it. */
  review: string;
  /** The plan that went out without its approval; null where no approval was gone round. */
  plan_hash: string | null;
  /** Proof of who it was. */
  signed: SignedStatement;
}

export interface GuardCheck {
  guard: string;
  verdict: 'pass' | 'fail' | 'unknown';
  cause: string;
  /** What lifts it, where it does not pass. */
  remedy?: string;
  /** World time, ms, at which it passes by itself; absent where that cannot be told. */
  opens_at?: number;
  /** What it rests on: rules, sources, times. */
  result?: unknown;
}

/**
 * What a journal entry can say. `result` and the like are digests of payloads that stand beside the
 * chain; readers get them filled in.
 */
export type Fact =
  | { kind: 'run.opened'; data: RunOpened }
  | { kind: 'run.cancelled'; data: { reason: string; by: Principal } }
  | { kind: 'run.closed'; data: { state: 'done' | 'cancelled' | 'rolled_back'; cause: string } }
  /** A guard of the house (freeze, rollback plan, rehearsal …) is let pass for a time. */
  | { kind: 'run.waived'; data: RunWaiver }
  | { kind: 'run.broke_glass'; data: BrokenGlass }
  | { kind: 'review.told'; data: { review: string; sent: boolean; cause: string; next_at: number } }
  | { kind: 'review.closed'; data: { review: string; finding: string; by: Principal } }
  | { kind: 'rollback.planned'; data: { plan: unknown } }
  | {
      kind: 'rollback.begun';
      data: {
        reason: string;
        by: Principal;
        /** The run that undoes. */
        release_id: string;
        /** Where not all of it is undone. */
        steps?: string[];
      };
    }
  /** The run that was to undo ended before it sent anything: the release goes on. */
  | { kind: 'rollback.called_off'; data: { cause: string } }
  | {
      kind: 'step.looked';
      step: string;
      data: {
        state: 'waiting' | 'blocked' | 'running';
        cause: string;
        /** World time, ms. */
        next_at: number;
        error?: ErrorCode;
        result?: unknown;
        ref?: Ref;
      };
    }
  | { kind: 'step.started'; step: string; data: { attempt: number; ref: Ref; result: unknown } }
  | {
      kind: 'step.settled';
      step: string;
      data: {
        status: SettledStatus;
        cause: string;
        result?: unknown;
        adopted?: boolean;
        ref?: Ref;
        error?: ErrorCode;
      };
    }
  | { kind: 'step.reopened'; step: string; data: { attempt: number; reason: string; by: string } }
  | {
      kind: 'effect.intended';
      step: string;
      data: {
        key: string;
        tool: string;
        attempt: number;
        owner: Owner;
        /** Wall time, ms: until then nobody else touches this effect. */
        lease_until: number;
        /** Wall time, ms: no request for it starts after this. */
        send_by: number;
        /** Milliseconds for which the outside may hide the finished effect. */
        settles: number;
        preview: EffectPreview;
      };
    }
  | { kind: 'effect.doubted'; step: string; data: { key: string; why: string } }
  | {
      kind: 'effect.settled';
      step: string;
      data: {
        key: string;
        outcome: 'sent' | 'found' | 'adopted' | 'refused' | 'not_sent';
        data?: unknown;
        cause?: string;
        preview?: EffectPreview;
      };
    }
  | { kind: 'approval.asked'; step: string; data: { plan_hash: string; plan: unknown } }
  | { kind: 'approval.given'; step: string; data: SignedStatement & { by: string; plan_hash: string } }
  | {
      kind: 'approval.declined';
      step: string;
      data: (SignedStatement | Witness) & { by: string; plan_hash: string; reason: string };
    }
  | { kind: 'approval.staled'; step: string; data: { why: string } }
  | {
      /** Given elsewhere, read again from the system that holds it before anything rests on it. */
      kind: 'approval.witnessed';
      step: string;
      data: Witness & { by: string; plan_hash: string };
    }
  /** Taken back where it was given, while the plan was still asked for. */
  | {
      kind: 'approval.withdrawn';
      step: string;
      data: { way: WitnessWay; by: string; plan_hash: string; why: string };
    }
  | { kind: 'confirmation.asked'; step: string; data: { plan_hash: string; plan: unknown } }
  | {
      kind: 'confirmation.given';
      step: string;
      data: { plan_hash: string; by: Principal; how: ConfirmedBy };
    }
  | {
      kind: 'confirmation.declined';
      step: string;
      data: { plan_hash: string; by: Principal; how: ConfirmedBy; reason: string };
    }
  /** What a guard said right before an effect; written when it says something else than before. */
  | { kind: 'guard.checked'; step: string; data: GuardCheck }
  | { kind: 'decision.asked'; step: string; data: { question: string } }
  | { kind: 'decision.recommended'; step: string; data: { option: string; reasons: string; by: Principal } }
  | {
      kind: 'decision.made';
      step: string;
      data: { option: string; effect: 'pass' | 'fail' | 'retry'; reason: string; by: Principal };
    }
  | {
      kind: 'waiver.granted';
      step: string;
      data: {
        reason: string;
        by: Principal;
        until: number;
        /** Digest of what the gate judged: its call with every argument filled in. */
        subject?: string;
        break_glass?: boolean;
      };
    }
  | { kind: 'notice.delayed'; step: string; data: { notice: string; cause: string; next_at: number } }
  | { kind: 'notice.settled'; step: string; data: { notice: string; sent: boolean; cause: string } };

/** A fact with its place in the journal. */
export type Recorded = Fact & { seq: number; at: number; wall: number };

/** Fields whose values may be large: they stand beside the chain. */
export const PAYLOAD_FIELDS = ['result', 'plan', 'flow', 'data', 'evidence'] as const;
