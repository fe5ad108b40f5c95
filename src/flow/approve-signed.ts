import { SluiceError } from '../kit/errors.ts';
import { assertUsableKey } from '../kit/ssh-signature.ts';
import { signStatement, verifyStatement } from './approval.ts';
import { changes, staleError } from './approve.ts';
import type { Fact } from './facts.ts';
import { notOfKind, stepNamed } from './find-run.ts';
import { planForApproval, planHash } from './plan.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { stepState } from './state.ts';

export interface SignedAnswer {
  step: string;
  /** Hash of the plan that was read. */
  plan: string;
  keyFile: string;
  verdict: 'approve' | 'decline';
  reason?: string;
}

/** Signs the plan that is asked for now, and writes the answer down. Throws `stale` where it is another one. */
export async function answerSigned(
  journal: RunJournal,
  request: SignedAnswer,
  services: EngineServices,
): Promise<void> {
  const step = stepNamed(journal, request.step);
  if (step?.kind !== 'approve') throw notOfKind(journal, request.step, 'approve');
  const own = stepState(journal.state, step.id);
  if (own.asked === null || own.status !== 'open') {
    throw new SluiceError('precondition', {
      cause: `${step.id} of ${journal.id} does not ask for an approval now (${own.status === 'open' ? 'its time has not come' : own.cause}).`,
      remedy: `See \`sluice status ${journal.id}\`.`,
    });
  }
  if (request.plan !== own.asked.planHash) {
    throw staleError(
      journal.id,
      step.id,
      own.asked.planHash,
      `you name ${request.plan.slice(0, 16)}…, asked for is ${own.asked.planHash.slice(0, 16)}…`,
    );
  }
  await assertUsableKey(request.keyFile);
  const current = await planForApproval(step, journal.state, services);
  const hash = planHash(current);
  if (hash !== own.asked.planHash) {
    const why = changes(own.asked, current);
    await journal.append({
      kind: 'approval.asked',
      step: step.id,
      data: { plan_hash: hash, plan: current },
    });
    throw staleError(journal.id, step.id, hash, `it has changed since (${why})`);
  }
  const now = await services.clock.now();
  const { verdict } = request;
  const fields = {
    verdict,
    release_id: journal.id,
    step: step.id,
    plan_hash: hash,
    sandbox: journal.state.opened.sandbox,
    reason: request.reason ?? null,
    now,
  };
  const signed = await signStatement(fields, request.keyFile);
  const by = await verifyStatement(signed, step, hash, journal.state, services.approvals, verdict);
  const fact: Fact =
    verdict === 'approve'
      ? { kind: 'approval.given', step: step.id, data: { ...signed, by, plan_hash: hash } }
      : {
          kind: 'approval.declined',
          step: step.id,
          data: { ...signed, by, plan_hash: hash, reason: request.reason ?? 'no reason given' },
        };
  await journal.append(fact, {
    guard: (state) =>
      stepState(state, step.id).asked?.planHash === hash && stepState(state, step.id).status === 'open',
  });
}
