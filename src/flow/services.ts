import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { Principal } from '../kit/principal.ts';
import type { Redactor } from '../kit/redact.ts';
import type { Registry } from '../kit/registry.ts';
import type { Store } from '../store/store.ts';
import type { Flow } from './definition.ts';
import type { Environments } from './environments.ts';
import type { Expressions } from './expression.ts';
import type { EffectGuard } from './guards.ts';
import type { EffectSettings } from './perform-effects.ts';

export interface ApprovalSettings {
  /** Path of the allowed_signers file. */
  allowedSigners: string | undefined;
  roles: Readonly<Record<string, readonly string[]>>;
  /** Further names of one person. */
  aliases: Readonly<Record<string, readonly string[]>>;
  /** Whose accounts are whose. An account that nobody has here counts for nobody. */
  people?: Readonly<Record<string, Accounts>>;
  /** Where merge requests ask for approvals; absent: that way is closed. */
  gitlab?: { project: string } | undefined;
  /** Where a message asks for approvals; absent: that way is closed. */
  slack?: { channel: string; signingSecret: () => Promise<string> } | undefined;
}

/** One person's accounts elsewhere. */
export interface Accounts {
  /** A username, or the number of the account. */
  gitlab?: string | number | undefined;
  /** A member id: U… or W…. */
  slack?: string | undefined;
}

/** Everything the engine stands on. It reaches tools only through the registry. */
export interface EngineServices {
  registry: Registry;
  store: Store;
  /** Throws before any effect when the state folder could not take an outcome. */
  assertWritable(): Promise<void>;
  clock: Clock;
  redactor: Redactor;
  log: Logger;
  expressions: Expressions;
  flows: ReadonlyMap<string, Flow>;
  approvals: ApprovalSettings;
  /** Rules that are asked before each effect, in this order. */
  guards: readonly EffectGuard[];
  environments: Environments;
  /** Who is told when somebody goes round a rule: a notify tool that takes channel, text and key. */
  breakGlass?: { tool: string; channel: string };
  policy: Readonly<Record<string, string | number | boolean>>;
  effects: EffectSettings;
  sandbox: boolean;
  principal: Principal;
  version: string;
}
