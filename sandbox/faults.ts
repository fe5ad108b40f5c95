import { z } from 'zod';

export const FaultSpec = z.strictObject({
  system: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  path: z
    .string()
    .refine((text) => {
      try {
        return new RegExp(text) instanceof RegExp;
      } catch {
        return false;
      }
    }, 'is no regular expression')
    .optional(),
  fault: z.enum([
    'timeout_before',
    'timeout_after',
    '410',
    '429',
    '500',
    'truncated',
    'slow',
    'reset_before',
    'reset_after',
  ]),
  times: z.int().min(1).default(1),
  delay_ms: z.number().min(0).default(1000),
  retry_after: z.number().min(0).default(1),
});

export type Fault = z.infer<typeof FaultSpec>;

interface Target {
  system: string;
  method: string;
  path: string;
}

export class Faults {
  #pending: Fault[] = [];

  add(fault: Fault): void {
    this.#pending.push({ ...fault });
  }

  clear(): void {
    this.#pending = [];
  }

  list(): readonly Fault[] {
    return this.#pending;
  }

  /** The oldest fault that fits, spent by one. */
  take(target: Target): Fault | undefined {
    const fault = this.#pending.find((candidate) => fits(candidate, target));
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.#pending = this.#pending.filter((other) => other !== fault);
    return fault;
  }
}

function fits(fault: Fault, target: Target): boolean {
  if (fault.system !== undefined && fault.system !== target.system) return false;
  if (fault.method !== undefined && fault.method !== target.method) return false;
  if (fault.path === undefined) return true;
  // Both as on the wire and as the system itself would name it, so that ^ works for either.
  const inside = target.path.slice(target.system.length + 1);
  return [target.path, decoded(target.path), inside].some((path) => new RegExp(fault.path ?? '').test(path));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
