import { SluiceError } from '../../../src/kit/errors.ts';
import type { KonfluxClient } from '../client.ts';
import { ADMISSION, type Admission, type ReleasePlan } from '../resources/release.ts';
import { designated } from './admission-match.ts';

/** Managed namespaces are often closed to tenants: what is seen of them is half of the answer. */
export type Admissions =
  | { access: 'open'; items: Admission[] }
  | { access: 'forbidden'; why: string }
  /** The plan has no target: it is released in its own namespace, without an admission. */
  | { access: 'none' };

export async function admissionsIn(
  client: KonfluxClient,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<Exclude<Admissions, { access: 'none' }>> {
  return await unlessForbidden(
    async () => (await client.cluster.all(ADMISSION, { namespace, signal })).items,
  );
}

/** The admissions among which the plan's one is: the one that it designates, else all of its target. */
export async function admissionsFor(
  client: KonfluxClient,
  plan: ReleasePlan,
  signal: AbortSignal | undefined,
): Promise<Admissions> {
  const { target } = plan.spec;
  if (target === undefined || target === '') return { access: 'none' };
  const name = designated(plan);
  if (name === undefined) return await admissionsIn(client, target, signal);
  return await unlessForbidden(async () => {
    const found = await client.cluster.find(ADMISSION, name, { namespace: target, signal });
    return found === undefined ? [] : [found];
  });
}

async function unlessForbidden(
  read: () => Promise<Admission[]>,
): Promise<Exclude<Admissions, { access: 'none' }>> {
  try {
    return { access: 'open', items: await read() };
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'forbidden')
      return { access: 'forbidden', why: error.message };
    throw error;
  }
}
