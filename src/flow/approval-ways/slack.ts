import { z } from 'zod';
import { SluiceError, toSluiceError } from '../../kit/errors.ts';
import { seal, unseal } from '../../kit/seal.ts';
import { isFromSlack, type SlackRequest } from '../../kit/slack-signature.ts';
import { assertMayAnswer, refused } from '../approval.ts';
import type { Step } from '../definition.ts';
import type { Fact, Witness } from '../facts.ts';
import { stepOf } from '../graph.ts';
import { hydrate, RunJournal, Superseded } from '../run-journal.ts';
import type { ApprovalSettings, EngineServices } from '../services.ts';
import { type ApprovalGiven, type RunState, stepState } from '../state.ts';
import { personOf } from './people.ts';

const PURPOSE = 'slack approval';
/** Slack's own advice: an older request is somebody's copy. */
const OLDEST_MS = 300_000;

const VERDICTS = { sluice_approve: 'approve', sluice_decline: 'decline' } as const;

const Payload = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.enum(['sluice_approve', 'sluice_decline']),
        action_ts: z.string().regex(/^\d{1,12}\.\d{1,9}$/),
        value: z.string(),
      }),
    )
    .length(1),
});

const Value = z.strictObject({ release_id: z.string(), step: z.string(), plan_hash: z.string() });

/** What somebody meant by pressing a button, as Slack has signed it. */
interface Click {
  user: string;
  channel: string | undefined;
  verdict: 'approve' | 'decline';
  at: string;
  release_id: string;
  step: string;
  plan_hash: string;
}

/**
 * As it stands in the journal. The body is what Slack signed, and holds an address to answer to and a
 * token of the app: so it is kept sealed with the signing secret, without which it proves nothing anyway.
 */
const Evidence = z.object({
  timestamp: z.string(),
  signature: z.string(),
  sealed_body: z.string(),
  user: z.string(),
  action_ts: z.string(),
});

export interface ClickAnswer {
  click: Click;
  /** For the person who pressed: what became of it. */
  said: string;
  /** The rule that refused; null when it counts. */
  rule: string | null;
}

/** Counts a click, or says why it does not. Throws `forbidden` for what Slack did not send. */
export async function answerClick(request: SlackRequest, services: EngineServices): Promise<ClickAnswer> {
  const click = await readClick(request, services);
  try {
    await services.assertWritable();
    return { click, said: await recordClick(click, request, services), rule: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { message, remedy, rule, code } = error;
    return { click, said: `Not counted: ${message} ${remedy}`, rule: rule ?? code };
  }
}

/** Proves that Slack sent it just now, and reads it. */
async function readClick(request: SlackRequest, services: EngineServices): Promise<Click> {
  const secret = await demandSecret(services.approvals);
  if (!isFromSlack(request, secret))
    throw refused('The signature is not Slack’s.', 'Only Slack calls this.', 'slack-signature');
  const age = Math.abs((await services.clock.now()) - Number(request.timestamp) * 1_000);
  if (age > OLDEST_MS)
    throw refused(
      'The request is older than five minutes, or from the future.',
      'Press the button again; check the clock of this machine.',
      'slack-timestamp',
    );
  return clickIn(request.body);
}

async function demandSecret({ slack }: ApprovalSettings): Promise<string> {
  if (slack !== undefined) return await slack.signingSecret();
  throw refused('Approvals by Slack are not configured.', 'Set approvals.slack.', 'slack-off');
}

function clickIn(body: Buffer): Click {
  const strange = (what: string) =>
    refused(`This is no click on a button of ours: ${what}.`, 'Press Approve or Decline.', 'slack-payload');
  const fields = new URLSearchParams(body.toString('utf8'));
  const payload = Payload.safeParse(parsed(fields.get('payload') ?? ''));
  if (fields.getAll('payload').length !== 1 || !payload.success) throw strange('its payload is another one');
  const { user, channel, actions } = payload.data;
  const [action] = actions;
  const value = Value.safeParse(parsed(action?.value ?? ''));
  if (action === undefined || !value.success) throw strange('its value is another one');
  return {
    user: user.id,
    channel: channel?.id,
    verdict: VERDICTS[action.action_id],
    at: action.action_ts,
    ...value.data,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes down what somebody said by a click. The sentence tells them what became of it. */
async function recordClick(click: Click, request: SlackRequest, services: EngineServices): Promise<string> {
  const { release_id, verdict } = click;
  if ((await services.store.find(release_id)) === undefined)
    throw refused('There is no such release here.', 'Look at the newest message.', 'approval-binding');
  const journal = await RunJournal.load(release_id, services);
  const step = stepOf(journal.state.opened.flow, click.step);
  if (step?.kind !== 'approve')
    throw refused('The release has no such approve step.', 'Look at the newest message.', 'approval-binding');
  const by = whoClicked(click, step, journal.state, services.approvals);
  await assertFirst(journal.id, click, services);
  const own = stepState(journal.state, step.id);
  if (own.status !== 'open' || own.asked === null || journal.state.closed !== null)
    throw closed(step, release_id);
  if (own.asked.planHash !== click.plan_hash)
    throw refused(
      `The plan of ${release_id} is not the one of this message any more.`,
      'Look at the newest message: it asks for the plan as it is now.',
      'approval-binding',
    );
  const witness: Witness = { way: 'slack', evidence: await evidenceOf(click, request, services.approvals) };
  const common = { ...witness, by, plan_hash: click.plan_hash };
  const fact: Fact =
    verdict === 'approve'
      ? { kind: 'approval.witnessed', step: step.id, data: common }
      : { kind: 'approval.declined', step: step.id, data: { ...common, reason: 'declined in Slack' } };
  const guard = (state: RunState) => {
    const now = stepState(state, step.id);
    const twice = now.approvals.some((given) => given.way === 'slack' && isSame(given.evidence, click));
    const asks = now.status === 'open' && now.asked?.planHash === click.plan_hash;
    return asks && !twice && !now.refused.has(click.plan_hash) && state.closed === null;
  };
  try {
    // Whoever drives what is due goes on by itself.
    await journal.append(fact, { guard, change: { nextAt: await services.clock.now() } });
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
    throw closed(step, release_id);
  }
  const said = verdict === 'approve' ? 'approved' : 'declined';
  return `You (${by}) have ${said} plan ${click.plan_hash.slice(0, 12)} of ${release_id}, step ${step.id}.`;
}

function closed(step: Step, release: string): SluiceError {
  return refused(
    `${step.id} of ${release} does not ask for an approval now.`,
    `See \`sluice status ${release}\`.`,
    'approval-closed',
  );
}

function whoClicked(click: Click, step: Step, state: RunState, settings: ApprovalSettings): string {
  return assertMayAnswer(personOf('slack', { id: click.user }, settings), step, state, settings);
}

/** The same click again is somebody's copy of it, also after what it gave has gone stale. */
async function assertFirst(id: string, click: Click, services: EngineServices): Promise<void> {
  const entries = await services.store.entries(id);
  const given = entries.filter(({ kind }) => kind === 'approval.witnessed' || kind === 'approval.declined');
  for (const fact of await hydrate(given, services.store)) {
    if (!('evidence' in fact.data) || !isSame(fact.data.evidence, click)) continue;
    throw refused('This click was counted already.', 'Nothing to do.', 'slack-replay');
  }
}

function isSame(evidence: unknown, click: Click): boolean {
  const known = Evidence.safeParse(evidence);
  return known.success && known.data.user === click.user && known.data.action_ts === click.at;
}

async function evidenceOf(
  { user, at }: Click,
  { timestamp, signature, body }: SlackRequest,
  settings: ApprovalSettings,
): Promise<z.output<typeof Evidence>> {
  const sealed_body = seal(body, await demandSecret(settings), PURPOSE);
  return { timestamp, signature, sealed_body, user, action_ts: at };
}

/** Who approved by the click that the journal keeps, proven now. Throws `forbidden`, or `blocked` without the secret. */
export async function verifyClick(
  given: Extract<ApprovalGiven, Witness>,
  step: Step,
  state: RunState,
  settings: ApprovalSettings,
): Promise<string> {
  const evidence = Evidence.safeParse(given.evidence);
  const unproven = (why: string) =>
    refused(`The click of ${given.by} is not proven: ${why}.`, 'Press the button again.', 'slack-signature');
  if (!evidence.success) throw unproven('the journal holds something else');
  const { timestamp, signature, sealed_body, user } = evidence.data;
  const secret = await demandSecret(settings).catch((thrown: unknown) => {
    const error = toSluiceError(thrown);
    if (error.code === 'forbidden') throw error;
    throw new SluiceError('blocked', {
      cause: `The signing secret cannot be read now (${error.message})`,
      remedy: 'Make it readable; the next look finds out by itself.',
      rule: 'approval-unreachable',
    });
  });
  const body = unseal(sealed_body, secret, PURPOSE);
  if (body === undefined) throw unproven('it was changed, or the signing secret was');
  if (!isFromSlack({ timestamp, signature, body }, secret)) throw unproven('its signature does not fit');
  // Somebody's old copy that was put into the journal later.
  if (Math.abs(given.at - Number(timestamp) * 1_000) > 2 * OLDEST_MS) throw unproven('its time does not fit');
  const click = clickIn(body);
  const same =
    click.verdict === 'approve' &&
    click.user === user &&
    click.release_id === state.opened.release_id &&
    click.step === step.id &&
    click.plan_hash === given.planHash;
  if (!same) throw unproven('it was about something else');
  return whoClicked(click, step, state, settings);
}
