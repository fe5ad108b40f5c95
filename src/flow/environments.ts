/** What has to stand before an effect in an environment, as the settings say it. */
export interface EnvironmentRule {
  rollback?: 'required' | 'none' | undefined;
  rehearsal?: { max_age: string } | undefined;
  /** A role that has to approve a rollback. */
  rollback_approval?: string | undefined;
}

export type Environments = Readonly<Record<string, EnvironmentRule>>;

export const PRODUCTION = 'production';

export function ruleOf(environments: Environments, name: string): EnvironmentRule {
  return Object.hasOwn(environments, name) ? (environments[name] ?? {}) : {};
}

/** Production wants a way back unless the settings say otherwise. */
export function wantsRollbackPlan(environments: Environments, name: string): boolean {
  return (ruleOf(environments, name).rollback ?? (name === PRODUCTION ? 'required' : 'none')) === 'required';
}
