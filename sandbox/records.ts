import type { Fault } from './faults.ts';

export interface RequestEntry {
  n: number;
  at: string;
  system: string;
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** What the caller got to see; null when it got no answer. */
  status: number | null;
  /** False where the sandbox has no answer, and where the request breaks what its system has published. */
  expected: boolean;
  /** How it breaks that. */
  violations?: string[];
  mutating: boolean;
  fault?: Fault['fault'];
}

export interface EffectEntry {
  n: number;
  at: string;
  system: string;
  kind: string;
  key: string;
  data: Record<string, unknown>;
}

const SECRET_KEY = /^(token|private_token|access_token|password|secret|authorization|crumb|jenkins-crumb)$/i;

/** Credentials reach the log neither by a telling name nor by their value. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hide(value, secrets);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) ? '[credential]' : withoutSecrets(item, secrets),
    ]),
  );
}

export function queryWithoutSecrets(query: Record<string, string>, secrets: readonly string[]) {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [
      key,
      SECRET_KEY.test(key) ? '[credential]' : hide(value, secrets),
    ]),
  );
}

function hide(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of secrets) hidden = hidden.replaceAll(secret, '[credential]');
  return hidden;
}
