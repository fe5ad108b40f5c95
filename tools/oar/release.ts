import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';

/** `4.20.27`, `4.22.0-rc.4`, `5.0.0-ec.3`. */
export const RELEASE = /^\d+\.\d+\.\d+(-(rc|ec)\.\d+)?$/;
const NIGHTLY = /^\d+\.\d+\.\d+-0\.nightly(-[a-z0-9]+)?-\d{4}-\d{2}-\d{2}-\d{6}$/;

export const ReleaseName = z
  .string()
  .regex(RELEASE, 'a release such as 4.20.27 or 4.22.0-rc.4')
  .meta({ description: 'The release, e.g. 4.20.27 or 4.22.0-rc.4.' });

export const BuildName = z
  .string()
  .regex(new RegExp(`${RELEASE.source}|${NIGHTLY.source}`), 'a release or a nightly build')
  .meta({ description: 'A release (4.20.27) or a nightly (4.20.0-0.nightly-2026-06-24-204339).' });

export const Arch = z
  .enum(['amd64', 'arm64', 'ppc64le', 's390x', 'multi'])
  .default('amd64')
  .meta({ description: 'The architecture that was tested.' });

export interface Release {
  name: string;
  /** `4.20` of 4.20.27. */
  yStream: string;
  major: number;
  /** Its key in the build data: the name itself, or `rc.4` / `ec.3`. */
  assembly: string;
}

export function parseRelease(name: string): Release {
  if (!RELEASE.test(name)) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(name)} is not a release.`,
      remedy: 'Give it as X.Y.Z, X.Y.Z-rc.N or X.Y.Z-ec.N, e.g. 4.20.27.',
    });
  }
  const [version = '', prerelease] = name.split('-');
  const [major = '', minor = ''] = version.split('.');
  return { name, yStream: `${major}.${minor}`, major: Number(major), assembly: prerelease ?? name };
}

/** Which list of the job registry a build is tested by. */
export type BuildKind = 'nightly' | 'stable';

export function parseBuild(name: string): { name: string; yStream: string; kind: BuildKind } {
  if (NIGHTLY.test(name)) {
    return { name, yStream: name.split('.').slice(0, 2).join('.'), kind: 'nightly' };
  }
  return { name, yStream: parseRelease(name).yStream, kind: 'stable' };
}

export function payloadOf(repository: string, release: string): string {
  return `${repository}:${release}-x86_64`;
}

/** By number, not by letter: 4.20.9 stands before 4.20.10, a prerelease before its release. */
export function compareReleases(a: string, b: string): number {
  const order = (name: string) => {
    const { name: full } = parseRelease(name);
    const [version = '', prerelease] = full.split('-');
    const [stage = '', number = '0'] = prerelease?.split('.') ?? [];
    const rank = prerelease === undefined ? 2 : stage === 'rc' ? 1 : 0;
    return [...version.split('.').map(Number), rank, Number(number)];
  };
  const left = order(a);
  const right = order(b);
  for (let i = 0; i < left.length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
