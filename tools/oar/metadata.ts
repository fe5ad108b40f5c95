import { SluiceError } from '../../src/kit/errors.ts';
import { type Assembly, assemblyOf } from './assembly.ts';
import { parseBuildData } from './build-data.ts';
import { releaseDay } from './dates.ts';
import { see } from './flow-page.ts';
import type { Release } from './release.ts';
import { needSource, type OarServices } from './services.ts';
import { parseStateBox, type StateBox, stateBoxPath } from './statebox.ts';

export interface Metadata extends Assembly {
  release: Release;
  /** Midnight UTC of the release date; null when the date is not known. */
  release_day: string | null;
}

const BUILD_DATA_FILE = 'releases.yml';

/** Undefined when no build data is configured or it does not know the release. */
export async function buildDataOf(services: OarServices, release: Release): Promise<Assembly | undefined> {
  const source = services.sources.build_data;
  const file = await source?.read(BUILD_DATA_FILE, release.yStream);
  if (source === undefined || file === undefined) return undefined;
  const where = source.locate(BUILD_DATA_FILE, release.yStream);
  return assemblyOf(where, parseBuildData(where, file.text), release);
}

export async function stateBoxOf(services: OarServices, release: Release): Promise<StateBox | undefined> {
  const source = services.sources.statebox;
  const path = stateBoxPath(release);
  const file = await source?.read(path, release.yStream);
  if (source === undefined || file === undefined) return undefined;
  return parseStateBox(source.locate(path, release.yStream), file.text, release.name);
}

/** What the release is made of: build data first, the StateBox where that does not know it. */
export async function metadataOf(services: OarServices, release: Release): Promise<Metadata> {
  const assembly = await buildDataOf(services, release);
  if (assembly !== undefined) return complete(release, assembly);
  const box = await stateBoxOf(services, release);
  if (box !== undefined) return complete(release, fromStateBox(box));
  if (services.sources.statebox === undefined) needSource(services, 'build_data');
  throw notReady(release);
}

export function notReady(release: Release, code: 'not_found' | 'precondition' = 'not_found'): SluiceError {
  return new SluiceError(code, {
    cause: `The build data of ${release.name} is not ready: it has no assembly ${release.assembly}.`,
    remedy: `Check the release; if it is right, look again when its assembly has been prepared. ${see('release-not-prepared')}`,
  });
}

export function fromStateBox({ metadata }: StateBox): Assembly {
  return {
    advisories: metadata.advisory_ids,
    candidate_builds: metadata.candidate_builds,
    jira_ticket: metadata.jira_ticket,
    release_date: metadata.release_date,
    shipment_mr: metadata.shipment_mr || null,
    flow: metadata.shipment_mr ? 'konflux' : 'errata',
  };
}

export function complete(release: Release, assembly: Assembly): Metadata {
  const day = assembly.release_date === null ? undefined : releaseDay(assembly.release_date);
  return { ...assembly, release, release_day: day ?? null };
}

/** Build data may change while a release is open; a StateBox keeps what it was when it was made. */
export function driftBetween(assembly: Assembly, box: Assembly): string[] {
  const fields = ['advisories', 'jira_ticket', 'candidate_builds', 'release_date', 'shipment_mr'] as const;
  return fields.flatMap((field) => {
    const [now, then] = [canonical(assembly[field]), canonical(box[field])];
    return now === then ? [] : [`${field}: the build data says ${now}, the StateBox ${then}`];
  });
}

export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${key} ${String(item)}`)
    .join(', ');
}
