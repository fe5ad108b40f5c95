import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { Principal } from '../kit/principal.ts';
import type { Redactor } from '../kit/redact.ts';
import type { Registry } from '../kit/registry.ts';
import type { Store } from '../store/store.ts';
import type { Flow } from './definition.ts';
import type { Expressions } from './expression.ts';
import type { EffectGuard } from './guards.ts';
import type { EffectSettings } from './perform-effects.ts';

export interface ApprovalSettings {
  /** Path of the allowed_signers file. */
  allowedSigners: string | undefined;
  roles: Readonly<Record<string, readonly string[]>>;
  /** Further names of one person. */
  aliases: Readonly<Record<string, readonly string[]>>;
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
  policy: Readonly<Record<string, string | number | boolean>>;
  effects: EffectSettings;
  sandbox: boolean;
  principal: Principal;
  version: string;
}
