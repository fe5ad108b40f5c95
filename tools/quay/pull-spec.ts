import { SluiceError } from '../../src/kit/errors.ts';

/** An image by exactly one of tag and digest. */
export interface PullSpec {
  text: string;
  host: string;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** Empty where the image is named by a tag. */
  digest: string;
}

/** An image, or the repository alone, as people write it. */
export interface ImageName {
  host: string;
  /** With its namespace, exactly as given. */
  repository: string;
  /** Empty where none is given; so is `digest`. */
  tag: string;
  digest: string;
}

const HOST = '[a-z0-9][a-z0-9.-]*(?::\\d+)?';
const REPOSITORY = '[a-z0-9][a-z0-9._/-]*[a-z0-9]';
const TAG = '[\\w][\\w.-]{0,127}';
const DIGEST = 'sha256:[0-9a-f]{64}';

const IS_DIGEST = new RegExp(`^${DIGEST}$`);
const SPEC = new RegExp(`^(${HOST})/(${REPOSITORY})(?::(${TAG})|@(${DIGEST}))$`);
const IMAGE = new RegExp(`^(?:(${HOST})/)?(${REPOSITORY})(?::(${TAG}))?(?:@(${DIGEST}))?$`);

/** `quay.io/group/name@sha256:…` or `quay.io/group/name:tag`. Throws `invalid_input`. */
export function parsePullSpec(text: string): PullSpec {
  const [, host = '', repository = '', tag = '', digest = ''] = SPEC.exec(text) ?? [];
  if (host === '' || !isPath(repository)) {
    throw new SluiceError('invalid_input', {
      cause: `${quoted(text)} is not the pull spec of an image.`,
      remedy: 'It looks like registry.example/group/name:tag or registry.example/group/name@sha256:….',
    });
  }
  return { text, host, repository, reference: tag || digest, digest };
}

export function isDigest(text: string): boolean {
  return IS_DIGEST.test(text);
}

/** Whether a tag holds what is said about an image (a signature, an attestation, an SBOM) and no image. */
export function isArtifactTag(tag: string): boolean {
  return /^sha256-[0-9a-f]{64}/.test(tag);
}

/**
 * A pull spec, or `namespace/name` in the registry of the settings. As for every container tool, what
 * stands before the first slash is a host if it has a dot or a port. What is given stays: no part of a
 * repository is ever added, dropped or replaced.
 */
export function parseImage(text: string, defaultHost: string): ImageName {
  const first = text.split('/')[0] ?? '';
  const named = text.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const [, host = '', repository = '', tag = '', digest = ''] =
    IMAGE.exec(named ? text : `${defaultHost}/${text}`) ?? [];
  if (host === '' || !isPath(repository)) {
    throw new SluiceError('invalid_input', {
      cause: `${quoted(text)} is not an image.`,
      remedy: 'Give registry.example/namespace/name:tag, …@sha256:…, or namespace/name:tag.',
    });
  }
  if (!named && !repository.includes('/')) {
    throw new SluiceError('invalid_input', {
      cause: `${quoted(text)} names no namespace.`,
      remedy: `Give namespace/${repository}, or the whole pull spec with its registry.`,
    });
  }
  return { host, repository, tag, digest };
}

export function specOf({ host, repository }: Pick<ImageName, 'host' | 'repository'>, reference: string) {
  const digest = isDigest(reference) ? reference : '';
  const text = `${host}/${repository}${digest === '' ? ':' : '@'}${reference}`;
  return { text, host, repository, reference, digest } satisfies PullSpec;
}

function isPath(repository: string): boolean {
  return !repository.split('/').some((part) => /^\.*$/.test(part));
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
