import { createInterface } from 'node:readline/promises';
import type { App } from '../app.ts';
import type { OpenConfirmation } from '../flow/confirm.ts';
import type { RunReport } from '../flow/report.ts';
import { SluiceError } from '../kit/errors.ts';

export interface ConfirmOptions {
  step?: string;
  plan?: string;
  decline?: true;
  reason?: string;
}

/** A person's yes or no to the question of a release: by the hash of what they read, or asked here and now. */
export async function confirmRelease(app: App, id: string, options: ConfirmOptions): Promise<RunReport> {
  const engine = await app.engine();
  const open = await engine.confirmation(id);
  const step = options.step ?? open?.step;
  // A flow that this release drives as a step asks in a release of its own.
  const release = open !== undefined && open.step === step ? open.release_id : id;
  if (step === undefined || (options.plan === undefined && open?.step !== step)) throw nothingAsked(id);
  const yes = options.decline !== true && (options.plan !== undefined || (await saysYes(open)));
  return await engine.confirm(release, {
    step,
    plan: options.plan ?? open?.plan_hash ?? '',
    verdict: yes ? 'given' : 'declined',
    by: app.principal,
    how: 'cli',
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  });
}

/** On a terminal alone: a pipe that says y has read nothing. */
async function saysYes(open: OpenConfirmation | undefined): Promise<boolean> {
  if (open === undefined) return false;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) throw unanswered(open);
  const shown = Object.entries(open.shows).map(
    ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const sandbox = open.sandbox ? '  SANDBOX' : '';
  process.stderr.write(`${open.release_id}${sandbox}\n${open.question}\n${shown.join('\n')}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('y: go on; n: no, for good; anything else: not now. [y/n] ');
    if (/^y(es)?$/i.test(answer.trim())) return true;
    if (/^no?$/i.test(answer.trim())) return false;
  } finally {
    terminal.close();
  }
  // A key that slipped is no answer that would be final.
  throw unanswered(open);
}

function unanswered({ release_id, step, plan_hash, question }: OpenConfirmation): SluiceError {
  return new SluiceError('needs_confirmation', {
    cause: `${release_id} asks: ${question}`,
    remedy: `Say which question you answer: sluice confirm ${release_id} --step ${step} --plan ${plan_hash} (with --decline --reason "…" for a no).`,
    rule: 'confirmation',
  });
}

function nothingAsked(id: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `${id} does not ask for a confirmation now.`,
    remedy: `See \`sluice status ${id}\`.`,
  });
}
