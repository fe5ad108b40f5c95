import { type ErrorCode, type Reached, SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import { GitFailure } from './run.ts';

interface Kind {
  says: RegExp;
  code: ErrorCode;
  what: string;
  remedy: string;
}

const NO_LET_IN = 'Renew the token of this repository and run `sluice doctor`.';
const LATER = 'Look again later; `sluice doctor` tells whether the repository can be reached.';

/** What git says of a remote that did not serve it, most telling first. */
const KINDS: readonly Kind[] = [
  {
    says: /could not read (Username|Password)|Authentication failed|returned error: 401/,
    code: 'auth',
    what: 'does not let us in',
    remedy: NO_LET_IN,
  },
  {
    says: /returned error: 403/,
    code: 'forbidden',
    what: 'does not allow it to our account',
    remedy: 'Ask for this right for the account of the token.',
  },
  {
    says: /repository '.*' not found|returned error: (404|410)/,
    code: 'not_found',
    what: 'is not there, or hidden from our account',
    remedy: 'Check its url in modules.git.repositories, and what its token may see.',
  },
  {
    says: /returned error: 429/,
    code: 'rate_limited',
    what: 'asks us to slow down',
    remedy: 'Try again after a while.',
  },
  {
    says: /returned error: 3\d\d|unable to update url base from redirection/,
    code: 'upstream',
    what: 'answered with a redirect, which is not followed',
    remedy: 'Correct its url in modules.git.repositories.',
  },
  {
    says: /transport '\w*' not allowed/,
    code: 'forbidden',
    what: 'would need a protocol that is not allowed',
    remedy: 'Use an https address.',
  },
  {
    says: /SSL certificate problem|server certificate verification failed/,
    code: 'upstream',
    what: 'has a certificate that this machine does not trust',
    remedy: 'Set GIT_SSL_CAINFO to a file with the certificates of your authorities.',
  },
];

/**
 * The error for a command that spoke to a remote. Until the remote has offered its refs nothing has
 * been sent to it: "unable to access" is of that time, "RPC failed" of later.
 */
export function remoteError(thrown: unknown, name: string, writing: boolean): unknown {
  if (!(thrown instanceof GitFailure)) return thrown;
  const { said } = thrown;
  const before =
    /unable to access|could not read|not found|transport '/.test(said) && !/RPC failed/.test(said);
  const reached: Reached = writing && !before ? 'maybe' : 'no';
  const kind = KINDS.find(({ says }) => says.test(said));
  const excerpt = JSON.stringify(oneLine(said, 200));
  return new SluiceError(kind?.code ?? 'upstream', {
    cause: `git: ${name} ${kind?.what ?? 'cannot be reached or did not answer to the end'}. It said: ${excerpt}.`,
    remedy: kind?.remedy ?? LATER,
    reached: kind === undefined || kind.code === 'upstream' ? reached : before ? 'no' : reached,
  });
}

/** One line of `git push --porcelain`: what became of the ref. */
export function pushError(thrown: unknown, name: string, ref: string): unknown {
  if (!(thrown instanceof GitFailure)) return thrown;
  const line = thrown.stdout.split('\n').find((candidate) => candidate.startsWith('!'));
  if (line === undefined) return remoteError(thrown, name, true);
  const why = line.split('\t')[2] ?? '';
  const excerpt = JSON.stringify(oneLine(why, 200));
  const refused = (code: ErrorCode, cause: string, remedy: string, reached: Reached = 'no') =>
    new SluiceError(code, { cause: `git: ${cause} It said: ${excerpt}.`, remedy, reached });
  if (/\[remote failure\]|remote failed to report|atomic push failed/.test(why)) {
    return refused('upstream', `${name} did not say what became of ${ref}.`, LATER, 'maybe');
  }
  const elsewhere = 'Look where it stands now (git_find_commit, git_compare), and decide anew.';
  if (why.startsWith('[rejected]')) {
    return refused(
      'conflict',
      `${ref} of ${name} is not where it was expected; nothing was changed.`,
      elsewhere,
    );
  }
  // Said after the request was sent: it may be our own change that stands in the way.
  if (/failed to update ref|cannot lock ref|incorrect old value|already exists/.test(why)) {
    return refused('conflict', `${ref} of ${name} is not where it was expected.`, elsewhere, 'maybe');
  }
  if (/hook declined|protected|denied|not allowed|prohibited|unauthori[sz]ed/i.test(why)) {
    return refused(
      'forbidden',
      `${name} refuses the push of ${ref}; nothing was changed.`,
      "Ask for this right for the account of the token, or use another branch; see the repository's rules.",
    );
  }
  return refused(
    'precondition',
    `${name} refuses the push of ${ref}; nothing was changed.`,
    'See what it said.',
  );
}
