import { SluiceError } from '../../../src/kit/errors.ts';
import { RELEASE } from '../release.ts';

export interface PullSpec {
  text: string;
  host: string;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** Empty where the image is named by a tag. */
  digest: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const SPEC =
  /^([a-z0-9][a-z0-9.-]*(?::\d+)?)\/([a-z0-9][a-z0-9._/-]*[a-z0-9])(?::([\w][\w.-]{0,127})|@(sha256:[0-9a-f]{64}))$/;

/** `quay.io/group/name@sha256:…` or `quay.io/group/name:tag`. Throws `invalid_input`. */
export function parsePullSpec(text: string): PullSpec {
  const [, host = '', repository = '', tag = '', digest = ''] = SPEC.exec(text) ?? [];
  if (host === '' || repository.split('/').some((part) => /^\.*$/.test(part))) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(text.slice(0, 200))} is not the pull spec of an image.`,
      remedy: 'It looks like registry.example/group/name:tag or registry.example/group/name@sha256:….',
    });
  }
  return { text, host, repository, reference: tag || digest, digest };
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

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
