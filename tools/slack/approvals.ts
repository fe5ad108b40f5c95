import type { ActionsBlock } from '@slack/web-api';
import { z } from 'zod';
import { unknown } from '../../src/kit/effect.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { Channel, Key } from './arguments.ts';
import type { SlackClient } from './client.ts';
import { noticeEffect, noticeResult, Posted } from './notice.ts';

const defineTool = toolsOf<SlackClient>();

const Plan = {
  release_id: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/),
  step: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  plan_hash: z.string().regex(/^[0-9a-f]{64}$/),
};

const askApproval = defineTool({
  name: 'slack_ask_approval',
  title: 'Ask for an approval in Slack',
  description: `
Posts a message with the buttons Approve and Decline, whose values name a release, a step and the hash of a plan, at most once for
each key. The engine asks with it when an approve step asks; nobody else can call it. It approves nothing: what counts is the
request that Slack signs when somebody presses a button.`,
  effect: 'notify',
  engineOnly: true,
  key: 'channel and key; the key stands in the metadata of the message (event_payload.key)',
  settles: '10s',
  input: z.object({
    channel: Channel,
    ...Plan,
    text: z.string().min(1).max(2_500).describe('what is asked, in words'),
    key: Key,
  }),
  output: Posted,
  effects: async ({ channel, text, key, ...plan }, context) => [
    await noticeEffect({ channel, text, key, buttons: buttonsFor(plan) }, context),
  ],
  result: async ({ channel }, { client }, done) => await noticeResult(channel, client, done),
});

const tellPerson = defineTool({
  name: 'slack_tell_person',
  title: 'Tell one person in Slack',
  description: `
Says something to one member in one of the allowed channels, which nobody else sees and which is gone after a while. The engine
says with it what became of a button that this person pressed; nobody else can call it.`,
  effect: 'notify',
  engineOnly: true,
  key: 'none that Slack would tell: said at most once, and never looked for',
  settles: '10s',
  input: z.object({
    channel: Channel,
    user: z.string().regex(/^[UW][A-Z0-9]+$/),
    text: z.string().min(1).max(1_000),
    key: Key,
  }),
  output: z.object({ summary: z.string() }),
  effects: async ({ channel, user, text, key }, { client }) => [
    {
      key: `slack:${channel}:${user}:${key}`,
      preview: { system: 'slack', action: 'tell', target: `${user} in channel ${channel}`, after: { text } },
      find: async () => unknown('what one person alone was told cannot be looked up'),
      send: async (permit) => await client.tell({ channel, user, text }, permit),
    },
  ],
  result: async ({ user }) => ({ summary: `${user} was told.` }),
});

/** A value goes to Slack and comes back signed: it is what a button means, whatever its label says. */
function buttonsFor(plan: z.output<z.ZodObject<typeof Plan>>): ActionsBlock {
  const value = JSON.stringify(plan);
  const plain = (text: string) => ({ type: 'plain_text' as const, text });
  const short = plan.plan_hash.slice(0, 12);
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: 'sluice_approve',
        style: 'primary',
        text: plain('Approve'),
        value,
        confirm: {
          title: plain('Approve this plan?'),
          text: plain(`You let plan ${short} of ${plan.release_id} go out.`.slice(0, 300)),
          confirm: plain('Approve'),
          deny: plain('Back'),
        },
      },
      {
        type: 'button',
        action_id: 'sluice_decline',
        style: 'danger',
        text: plain('Decline'),
        value,
        confirm: {
          title: plain('Decline this plan?'),
          text: plain(`A no to plan ${short} is final.`),
          confirm: plain('Decline'),
          deny: plain('Back'),
        },
      },
    ],
  };
}

export const approvalTools = [askApproval, tellPerson];
