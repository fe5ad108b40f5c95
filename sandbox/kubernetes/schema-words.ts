import type { Schema } from './schema-check.ts';

/** Short words to write schemas by hand. */
export const text = (more: Schema = {}): Schema => ({ type: 'string', ...more });
export const whole = (more: Schema = {}): Schema => ({ type: 'integer', ...more });
export const flag = (): Schema => ({ type: 'boolean' });
export const moment = (): Schema => text({ format: 'date-time' });
export const oneOf = (...values: readonly string[]): Schema => text({ enum: [...values] });
export const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
export const words = (): Schema => ({ type: 'object', additionalProperties: { type: 'string' } });
export const anything = (): Schema => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });

/** A name with a star is required. */
export function fields(properties: Record<string, Schema>, more: Schema = {}): Schema {
  const required = Object.keys(properties).filter((name) => name.endsWith('*'));
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name.replace('*', ''), schema]),
    ),
    ...(required.length === 0 ? {} : { required: required.map((name) => name.slice(0, -1)) }),
    ...more,
  };
}

/** As a CRD says "exactly one of". */
export const either = (one: string, other: string): Schema => ({
  'x-kubernetes-validations': [
    {
      rule: `has(self.${one}) != has(self.${other})`,
      message: `exactly one of ${one} or ${other} must be specified`,
    },
  ],
});

export const conditions = (): Schema =>
  list(
    fields({
      'type*': text(),
      'status*': oneOf('True', 'False', 'Unknown'),
      'reason*': text({ minLength: 1, maxLength: 1024 }),
      'message*': text({ maxLength: 32768 }),
      'lastTransitionTime*': moment(),
      observedGeneration: whole({ minimum: 0 }),
    }),
  );

/** Conditions of Tekton: reason and message may be missing. */
export const duckConditions = (): Schema =>
  list(
    fields({
      'type*': text(),
      'status*': text(),
      reason: text(),
      message: text(),
      severity: text(),
      lastTransitionTime: text(),
    }),
  );
