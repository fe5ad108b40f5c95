import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer } from '../../src/kit/http.ts';
import { oneLine } from '../../src/kit/text.ts';

/** metav1.Status: how the API says no. */
export const Status = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().optional(),
  details: z
    .object({
      causes: z
        .array(z.object({ field: z.string().default(''), message: z.string().default('') }))
        .default([]),
    })
    .optional(),
});

/** Statuses that carry a Status object and that this module words itself. */
export const REFUSALS = [400, 401, 403, 404, 405, 409, 410, 415, 422] as const;

export interface Asked {
  cluster: string;
  /** What was asked for, e.g. `get releases.appstudio.redhat.com demo in demo-tenant`. */
  what: string;
  /** The command that a person runs to log in. */
  login: string;
}

/** The error behind a refusal. */
export function refusal(answer: Answer, { cluster, what, login }: Asked): SluiceError {
  const said = statusOf(answer.text);
  const message = oneLine(said?.message ?? answer.text);
  const { status } = answer;
  if (status === 401) {
    return new SluiceError('auth', {
      cause: `${cluster} does not accept our login (${what}).`,
      remedy: `The login has run out or is wrong: ${login}, then \`sluice doctor\`.`,
      status,
    });
  }
  if (status === 403) {
    return new SluiceError('forbidden', {
      cause: `${cluster}: we may not ${what}: ${message}`,
      remedy: 'Ask whoever owns the namespace for this right, or name another namespace.',
      status,
    });
  }
  if (status === 404) {
    return new SluiceError('not_found', {
      cause: `${cluster}: ${what}: ${message}`,
      remedy: 'Check the name and the namespace; finished objects are pruned after a while.',
      status,
    });
  }
  if (status === 410) {
    return new SluiceError('stale', {
      cause: `${cluster}: ${what}: ${message}`,
      remedy: 'The place in the list has expired: list again from its beginning.',
      status,
    });
  }
  if (status === 409) {
    return new SluiceError('conflict', {
      cause: `${cluster}: ${what}: ${message}`,
      remedy: 'Somebody else changed or created it: look at it and try again.',
      status,
    });
  }
  const fields = (said?.details?.causes ?? []).map(({ field, message: why }) => `${field}: ${oneLine(why)}`);
  return new SluiceError(status === 422 ? 'precondition' : 'invalid_input', {
    cause: `${cluster}: ${what} was refused: ${fields.length > 0 ? fields.join('; ') : message}`,
    remedy: 'Correct what it names; nothing was changed.',
    status,
  });
}

export function statusOf(text: string): z.output<typeof Status> | undefined {
  try {
    return Status.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
