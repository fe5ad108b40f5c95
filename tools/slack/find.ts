import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { CHANNEL, Who } from './arguments.ts';
import type { SlackClient } from './client.ts';
import type { ChannelEntry, PersonEntry } from './directory.ts';
import { findPerson } from './people.ts';

const defineTool = toolsOf<SlackClient>();

const Outcome = z.enum(['found', 'unknown', 'ambiguous']);

const FoundChannel = z.object({
  id: z.string(),
  name: z.string(),
  private: z.boolean(),
  member: z.boolean().describe('whether the app is in it'),
  allowed: z.boolean().describe('whether the settings allow messages to it'),
});

const findChannel = defineTool({
  name: 'slack_find_channel',
  title: 'Find a Slack channel',
  description: `
Finds a channel by its id or exact name, among those that the app sees (archived ones left out), and says whether
messages may go there. A name that is unknown or means more than one answers candidates, and none of them is chosen.`,
  effect: 'read',
  input: z.object({ name: z.string().regex(CHANNEL).describe('an id, or an exact name with or without #') }),
  output: z.object({
    outcome: Outcome,
    channel: FoundChannel.optional(),
    candidates: z.array(FoundChannel),
    complete: z.boolean().describe('false when there are more channels than could be listed'),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ name }, { client }) => {
    const { matches, candidates, complete } = await client.findChannel(name);
    const shown = (entry: ChannelEntry) => ({
      id: entry.id,
      name: oneLine(entry.name, 80),
      private: entry.isPrivate,
      member: entry.isMember,
      allowed: client.mayPostTo(entry),
    });
    const [found, other] = matches;
    if (found !== undefined && other === undefined) {
      const channel = shown(found);
      const allowed = channel.allowed ? 'messages may go there' : 'the settings do not allow messages to it';
      return {
        outcome: 'found' as const,
        channel,
        candidates: [],
        complete,
        summary: `#${channel.name} is ${channel.id}; ${allowed}.`,
        ...(channel.allowed && !channel.member ? { next: 'Invite the app to the channel.' } : {}),
      };
    }
    const outcome = found === undefined ? ('unknown' as const) : ('ambiguous' as const);
    return {
      outcome,
      candidates: candidates.map(shown),
      complete,
      ...said(outcome, 'channel', name, candidates.length),
    };
  },
});

const FoundPerson = z.object({
  id: z.string(),
  handle: z.string(),
  real_name: z.string().optional(),
  display_name: z.string().optional(),
});

const findUser = defineTool({
  name: 'slack_find_user',
  title: 'Find a person on Slack',
  description: `
Finds a person by e-mail address, or by exact handle, display name or id; people who left are not found. A name that is
unknown or means more than one answers candidates, and none of them is chosen.`,
  effect: 'read',
  input: z.object({ who: Who }),
  output: z.object({
    outcome: Outcome,
    user: FoundPerson.optional(),
    candidates: z.array(FoundPerson),
    complete: z.boolean().describe('false when there are more people than could be listed'),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ who }, { client }) => {
    const found = await findPerson(client, who);
    if (found.outcome === 'found') {
      const { id } = found.person;
      const handle = oneLine(found.person.name, 80);
      return {
        outcome: found.outcome,
        user: { id, handle },
        candidates: [],
        complete: true,
        summary: `@${handle} is ${id}.`,
      };
    }
    const { outcome, candidates, complete } = found;
    const shown = ({ id, name, realName, displayName }: PersonEntry) => ({
      id,
      handle: oneLine(name, 80),
      real_name: oneLine(realName, 80),
      display_name: oneLine(displayName, 80),
    });
    return {
      outcome,
      candidates: candidates.map(shown),
      complete,
      ...said(outcome, 'person', who, candidates.length),
    };
  },
});

function said(outcome: 'unknown' | 'ambiguous', what: string, asked: string, candidates: number) {
  const quoted = JSON.stringify(asked);
  const start =
    outcome === 'ambiguous'
      ? `${quoted} is more than one ${what}`
      : `No ${what} is known as exactly ${quoted}`;
  return {
    summary: `${start}; ${candidates === 0 ? 'nothing is near it' : `${candidates} may be meant`}.`,
    ...(candidates === 0 ? {} : { next: 'Ask which of the candidates is meant, and give its id.' }),
  };
}

export const findTools = [findChannel, findUser];
