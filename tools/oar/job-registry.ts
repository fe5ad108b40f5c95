import { z } from 'zod';
import { fromJson } from './drift.ts';
import type { BuildKind } from './release.ts';

const Entry = z.object({
  prowJob: z.string().min(1),
  upgrade: z.boolean().optional(),
  optional: z.boolean().optional(),
  disabled: z.boolean().optional(),
  /** Whatever people wrote there: see `retriesOf`. */
  retries: z.unknown().optional(),
});

const RegistryFile = z.object({
  nightly: z.array(Entry),
  stable: z.array(Entry),
  /** Builds tested before this moment were tested by an older list. */
  valid_from: z.iso
    .date()
    .or(z.iso.datetime({ offset: true }))
    .optional(),
});

/** A job that a build of one kind is tested by. */
export interface RegistryJob {
  name: string;
  upgrade: boolean;
  /** Shown and refreshed, but it decides nothing. */
  optional: boolean;
  /** How often it is run again after a failed first run. */
  retries: number;
}

/** The jobs that a build of one kind has to pass. */
export interface ExpectedJobs {
  required: ReadonlySet<string>;
}

export function registryPath(yStream: string, arch: string): string {
  return `_releases/ocp-${yStream}-test-jobs-${arch}.json`;
}

/** Even, so that a majority of all runs is never a tie with the failed first one; 2 at least. */
export function retriesOf(configured: unknown): number {
  if (typeof configured !== 'number' || !Number.isInteger(configured)) return 2;
  return Math.max(2, configured - (configured % 2));
}

/**
 * The jobs that are not disabled. Undefined when the registry says nothing about such a build: an
 * empty list, or a list that holds from a later day than the build's tests.
 */
export function registryJobs(
  where: string,
  text: string,
  kind: BuildKind,
  testedSince: string | undefined,
): RegistryJob[] | undefined {
  const file = fromJson(where, text, RegistryFile);
  if (file.valid_from !== undefined && testedSince !== undefined) {
    if (Date.parse(testedSince) < Date.parse(file.valid_from)) return undefined;
  }
  const jobs = file[kind].filter(({ disabled }) => disabled !== true);
  if (jobs.length === 0) return undefined;
  return jobs.map(({ prowJob, upgrade, optional, retries }) => ({
    name: prowJob,
    upgrade: upgrade === true,
    optional: optional === true,
    retries: retriesOf(retries),
  }));
}

/** Undefined when no job is required: such a list can neither pass nor fail a build. */
export function requiredOf(jobs: readonly RegistryJob[] | undefined): ExpectedJobs | undefined {
  const required = (jobs ?? []).filter(({ optional }) => !optional);
  if (required.length === 0) return undefined;
  return { required: new Set(required.map(({ name }) => name)) };
}

export function expectedJobs(
  where: string,
  text: string,
  kind: BuildKind,
  testedSince: string | undefined,
): ExpectedJobs | undefined {
  return requiredOf(registryJobs(where, text, kind, testedSince));
}
