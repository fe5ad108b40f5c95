import { SluiceError } from '../../src/kit/errors.ts';

/** `4.20.27`, `5.0.0-ec.3`, or a payload tag such as `4.21.0-0.nightly-2026-06-26-075730`. */
export const RELEASE_PATTERN =
  /^\d+\.\d+\.\d+(?:-(?:rc|ec|fc)\.\d+|-0\.(?:nightly|ci)(?:-[a-z0-9]+)*-\d{4}-\d{2}-\d{2}-\d{6})?$/;
export const STREAM_PATTERN = /^\d[a-z0-9.-]*$/;

/**
 * The streams that may hold a tag, likeliest first. Previews are promoted to the stable stream, and
 * live in the dev-preview stream where a major version has no stable release yet.
 */
export function streamsOf(tag: string): [string, ...string[]] {
  const payload = /^(\d+\.\d+\.\d+-0\.(?:nightly|ci)(?:-[a-z0-9]+?)*)-\d{4}-\d{2}-\d{2}-\d{6}$/.exec(tag);
  if (payload?.[1] !== undefined) return [payload[1]];
  const release = /^(\d+)\.\d+\.\d+(-(?:rc|ec|fc)\.\d+)?$/.exec(tag);
  if (release?.[1] === undefined) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(tag)} is not a release.`,
      remedy: 'Give a version such as 4.20.27 or 4.21.0-rc.1, or a nightly by its whole tag.',
    });
  }
  const stable = `${release[1]}-stable`;
  return release[2] === undefined ? [stable] : [stable, `${release[1]}-dev-preview`];
}
