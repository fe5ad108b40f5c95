import { SluiceError } from '../../src/kit/errors.ts';

const LONGEST = 240;
/** Part by part the rules of `git check-ref-format`, and nothing that could be read as an option. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(\/|$)|(^|\/)\.|[./]$|^[-/]/;

/** Whether it can be the name of a branch or tag. */
export function isRefName(name: string): boolean {
  return (
    name !== '' &&
    name !== '@' &&
    name !== 'HEAD' &&
    name.length <= LONGEST &&
    name.isWellFormed() &&
    !FORBIDDEN.test(name)
  );
}

export function checkRefName(name: string, what: 'branch' | 'tag'): string {
  if (isRefName(name)) return name;
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(name.slice(0, 80))} cannot be the name of a ${what}.`,
    remedy: 'Give the plain name, e.g. release-1.2: letters, digits, dots, dashes and single slashes.',
    rule: 'git.names',
  });
}

/** What git itself would take for its own folder, on any file system. */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const OWN_FOLDER = /^(\.git|git~\d+)([ .]*|:.*)$/i;

/** A path inside a repository: plain names between single slashes. */
export function checkPath(path: string): string {
  const names = path.split('/');
  const fault = names.some((name) => name === '' || name === '.' || name === '..')
    ? 'leaves the repository or is no plain path'
    : names.some((name) => OWN_FOLDER.test(name.replaceAll(IGNORED_BY_HFS, '')))
      ? "reaches into git's own folder"
      : // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
        /[\u0000-\u001f\u007f\\]/.test(path) || path.length > 1_000 || !path.isWellFormed()
        ? 'holds characters that no path here may hold'
        : undefined;
  if (fault === undefined) return path;
  throw new SluiceError('invalid_input', {
    cause: `The path ${JSON.stringify(path.slice(0, 120))} ${fault}.`,
    remedy: 'Give a path from the root of the repository, e.g. deploy/service.yml.',
    rule: 'git.paths',
  });
}
