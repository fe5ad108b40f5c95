import { SluiceError } from '../../src/kit/errors.ts';
import { inertText } from '../../src/kit/outgoing.ts';

const KEY_TRAILER = 'Sluice-Key';

/** What one of our commits or tags says: the message, which acts nowhere, and the key as its trailer. */
export function withKey(message: string, key: string | undefined): string {
  const text = message.replaceAll('\r\n', '\n').trim();
  if (new RegExp(`^${KEY_TRAILER}:`, 'im').test(text)) {
    throw new SluiceError('invalid_input', {
      cause: `The message holds a line ${KEY_TRAILER}.`,
      remedy: 'Give the key as `key`; the message is for people.',
    });
  }
  const words = inertText(text).trim();
  return key === undefined ? `${words}\n` : `${words}\n\n${KEY_TRAILER}: ${key}\n`;
}

/** The key of a commit, from the last paragraph of its message. */
export function keyOf(message: string): string | undefined {
  const last = message.trim().split(/\n\n+/).at(-1) ?? '';
  return new RegExp(`^${KEY_TRAILER}: (\\S+)$`, 'm').exec(last)?.[1];
}

const TYPES = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test'];

/** `AAP-123 - feat(api): Add caching`; without a type the description alone stands behind the key. */
export function commitTitle(parts: {
  key?: string | undefined;
  type?: string | undefined;
  scope?: string | undefined;
  description: string;
}): string {
  const { key, type, scope, description } = parts;
  if (type !== undefined && !TYPES.includes(type)) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(type)} is no type of commit.`,
      remedy: `Use one of ${TYPES.join(', ')}.`,
    });
  }
  const said =
    type === undefined ? description : `${type}${scope === undefined ? '' : `(${scope})`}: ${description}`;
  return key === undefined ? said : `${key} - ${said}`;
}
