import { z } from 'zod';
import type { EffectOutcome } from '../../src/kit/effect.ts';
import { REMOTES, type RemoteName } from './types.ts';

/** What every write answers. */
export const Written = {
  repository: z.string(),
  remote: z.enum(REMOTES),
  commit: z.string(),
  outcome: z.enum(['sent', 'found', 'adopted']),
  how: z.string().nullable().describe('how it was found, where nothing was sent'),
  summary: z.string(),
  next: z.string().nullable(),
};

export const Evidence = z.object({ commit: z.string(), ref: z.string(), how: z.string().optional() });

export function outcomeOf(done: readonly EffectOutcome[]): EffectOutcome['outcome'] {
  return done[0]?.outcome ?? 'sent';
}

export function where(repository: string, remote: RemoteName): string {
  if (remote === 'origin') return repository;
  return remote === 'fork' ? `the fork of ${repository}` : `our mirror of ${repository}`;
}

export function nextOf(remote: RemoteName): string | null {
  return remote === 'local' ? 'It is known to this machine alone: git_push publishes it.' : null;
}
