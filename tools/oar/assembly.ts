import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { type Assemblies, attribute, hasAssembly } from './build-data.ts';
import { checked } from './drift.ts';
import { see } from './flow-page.ts';
import type { Release } from './release.ts';

/** What a release is made of, as the build data says today: it changes while a release is open. */
export interface Assembly {
  advisories: Record<string, number>;
  candidate_builds: Record<string, string>;
  jira_ticket: string | null;
  release_date: string | null;
  shipment_mr: string | null;
  flow: 'konflux' | 'errata';
}

const Advisories = z.record(z.string(), z.int().positive());
const Builds = z.record(z.string(), z.string().min(1));
const Word = z.string().min(1);
const Shipment = z.looseObject({ url: z.url({ protocol: /^https?$/ }).optional() });

/** Undefined when the build data does not know the release (yet). */
export function assemblyOf(where: string, assemblies: Assemblies, release: Release): Assembly | undefined {
  if (!hasAssembly(assemblies, release.assembly)) return undefined;
  const get = <S extends z.ZodType>(schema: S, ...path: string[]): z.output<S> | undefined => {
    const value = attribute(where, assemblies, release.assembly, path);
    const at = `${where}: releases.${release.assembly}.assembly.${path.join('.')}`;
    return value === undefined ? undefined : checked(at, value, schema);
  };
  const shipment = get(Shipment, 'group', 'shipment');
  if (shipment !== undefined && shipment.url === undefined) {
    throw new SluiceError('precondition', {
      cause: `${where}: releases.${release.assembly}.assembly.group.shipment has no url: the shipment of ${release.name} has no merge request.`,
      remedy: `The merge request is entered when the shipment is prepared: wait for it, or ask for it to be entered. ${see('shipment-without-url')}`,
    });
  }
  return {
    advisories: get(Advisories, 'group', 'advisories') ?? {},
    candidate_builds: get(Builds, 'basis', 'reference_releases') ?? {},
    jira_ticket: get(Word, 'group', 'release_jira') ?? null,
    release_date: get(Word, 'group', 'release_date') ?? null,
    shipment_mr: shipment?.url ?? null,
    flow: shipment === undefined ? 'errata' : 'konflux',
  };
}
