import { SluiceError } from '../../../src/kit/errors.ts';
import { RELEASE } from '../release.ts';

/** The release that a payload's pull spec names: exactly our repository, a whole version, x86_64. */
export function releaseOfPayload(payload: string, repository: string): string {
  const tag = payload.startsWith(`${repository}:`) ? payload.slice(repository.length + 1) : '';
  const release = tag.endsWith('-x86_64') ? tag.slice(0, -'-x86_64'.length) : '';
  if (RELEASE.test(release)) return release;
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(payload.slice(0, 200))} is not a release payload.`,
    remedy: `Give ${repository}:<release>-x86_64, e.g. ${repository}:4.20.27-x86_64.`,
  });
}
