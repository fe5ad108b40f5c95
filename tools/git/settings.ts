import { z } from 'zod';
import { DurationText } from '../../src/kit/duration.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { isRefName } from './names.ts';

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/;

/** What is wrong with an address; undefined when it may be used. */
export function urlFault(text: string): string | undefined {
  if (!/^https?:\/\/[^\s\p{C}\\]+$/u.test(text) || !URL.canParse(text)) return 'must be an https:// address';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'holds a credential: give it as token';
  if (url.search !== '' || url.hash !== '') return 'must end with its path';
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) return 'must be https';
  return undefined;
}

const Url = z.string().superRefine((text, context) => {
  const fault = urlFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});
const RefName = z.string().refine(isRefName, 'cannot be the name of a branch');

const Repository = z
  .strictObject({
    url: Url.meta({ description: 'https address of the repository, without credentials.' }),
    fork_url: Url.optional().meta({ description: 'Our fork of it, at the same host.' }),
    default_branch: RefName.meta({ description: 'e.g. main' }),
    user: z
      .string()
      .regex(/^[^\s:\p{C}]+$/u)
      .default('oauth2')
      .meta({ description: 'The account of the token; GitLab and GitHub take any name.' }),
    token: SecretRef.optional().meta({ description: 'Reference to a token; without one only reads work.' }),
    protected: z.array(z.string().min(1).max(200)).default([]).meta({
      description: 'Branches of the repository that are never written, e.g. release-*.',
    }),
    push_to_default: z.boolean().default(false).meta({
      description: 'Whether the default branch itself may be written.',
    }),
  })
  .refine(
    ({ url, fork_url: fork }) => fork === undefined || sameHost(url, fork),
    'fork_url must be at the host of url: the token is for one host',
  );

function sameHost(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

export const GitSettings = z.object({
  repositories: z.record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/), Repository).meta({
    description: 'The repositories that may be used, each under a name of its own.',
  }),
  cache: z.string().min(1).optional().meta({
    description: 'Folder of our mirrors; $XDG_CACHE_HOME/sluice/git, or ~/.cache/sluice/git, when absent.',
  }),
  author: z
    .strictObject({
      name: z.string().regex(/^[^<>\p{C}]{1,100}$/u),
      email: z.string().regex(/^[^<>\s\p{C}]{1,200}$/u),
    })
    .default({ name: 'Sluice', email: 'sluice@localhost' })
    .meta({ description: 'Who our commits and tags are by.' }),
  fetch_limit: DurationText.default('10m').meta({
    description: 'Longest time for a fetch, and so for the first copy of a repository.',
  }),
});
export type GitSettings = z.output<typeof GitSettings>;
export type RepositorySettings = z.output<typeof Repository>;
