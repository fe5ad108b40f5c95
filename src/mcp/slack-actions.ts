import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../app.ts';
import { SluiceError, toSluiceError } from '../kit/errors.ts';
import type { SlackRequest } from '../kit/slack-signature.ts';
import { answerJson, bytesOf } from './http-answers.ts';

export const SLACK_ACTIONS = '/slack/actions';
const BODY_LIMIT = 262_144;
/** Slack shows a warning to the person after three seconds. */
const ANSWER_WITHIN_MS = 2_500;

/**
 * The address that Slack sends clicks to, through a tunnel. It is open to anybody who can reach it: what
 * counts is Slack's signature over the body as it came, which is checked before anything of it is read.
 */
export async function serveSlackActions(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return refuse(response, 405, 'slack-payload', 'Only Slack posts here.');
  const body = await bytesOf(request, BODY_LIMIT);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return refuse(response, 413, 'slack-payload', `A request has at most ${BODY_LIMIT} bytes.`);
  }
  const signed: SlackRequest = {
    timestamp: header(request, 'x-slack-request-timestamp'),
    signature: header(request, 'x-slack-signature'),
    body,
  };
  const work = answer(app, signed);
  // A slow disk, or a slow keeper of the secret: the work goes on, and its outcome is told in Slack.
  const late = delay(ANSWER_WITHIN_MS, { status: 200, body: shown('It is being checked.') }, { ref: false });
  const { status, body: said } = await Promise.race([work, late]);
  answerJson(response, status, said);
  await work;
}

interface Said {
  status: number;
  body: unknown;
}

async function answer(app: App, signed: SlackRequest): Promise<Said> {
  try {
    const { click, said, rule } = await (await app.engine()).answerFromSlack(signed);
    const { user, verdict, release_id, step, channel, at } = click;
    const line = { user, verdict, release: release_id, step, ...(rule === null ? {} : { rule }) };
    if (rule === null) app.log.info(line, 'a click in Slack counts');
    else app.log.warn({ ...line, cause: said }, 'an approval was refused');
    await tell(app, channel, user, said, at);
    return { status: 200, body: shown(said) };
  } catch (thrown) {
    const error = toSluiceError(thrown);
    const rule = error.rule ?? error.code;
    app.log.warn({ rule, cause: error.message }, 'an approval was refused');
    // Who did not prove to be Slack learns nothing of releases.
    if (error.code === 'forbidden') return { status: 401, body: report(rule, error.message) };
    if (thrown instanceof SluiceError)
      return { status: 503, body: report(rule, 'It cannot be checked now.') };
    throw thrown;
  }
}

/** Slack shows a person nothing of our answer to a click: that takes a message, to them alone. */
async function tell(app: App, channel: string | undefined, user: string, text: string, at: string) {
  if (channel === undefined) return;
  try {
    const call = { principal: app.principal, now: await app.clock.now(), engine: true as const };
    const input = { channel, user, text, key: `click:${user}:${at}` };
    await app.registry.write('slack_tell_person', input, call, async (effects) => {
      for (const effect of effects) {
        await effect.send({ check: () => undefined, signal: AbortSignal.timeout(10_000) });
      }
      return [];
    });
  } catch (error) {
    app.log.warn({ error, user }, 'what became of a click could not be told');
  }
}

function header(request: IncomingMessage, name: string): string {
  const given = request.headers[name];
  return typeof given === 'string' ? given : '';
}

function shown(text: string) {
  return { response_type: 'ephemeral', replace_original: false, text };
}

function report(rule: string, cause: string) {
  return { error: { code: 'forbidden', cause, rule } };
}

function refuse(response: ServerResponse, status: number, rule: string, cause: string): void {
  answerJson(response, status, report(rule, cause));
}
