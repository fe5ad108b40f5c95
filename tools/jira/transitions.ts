import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { JiraClient, Transition } from './client.ts';
import { defineTool, Key, Line, outcomeOf, told, Written } from './define.ts';
import { FieldInput } from './fields.ts';

const listTransitions = defineTool({
  name: 'jira_list_transitions',
  title: 'List transitions of a Jira issue',
  description: `
What the workflow offers for an issue now: each transition, the status it leads to, and the fields that must be given with
it. Ask before jira_transition_issue where the name of the status is not known.`,
  effect: 'read',
  input: z.object({ key: Key }),
  output: z.object({
    key: z.string(),
    status: z.string(),
    transitions: z.array(
      z.object({ id: z.string(), name: z.string(), to: z.string(), required: z.array(z.string()) }),
    ),
    summary: z.string(),
  }),
  run: async ({ key }, { client }) => {
    const [issue, offered] = await Promise.all([client.getIssue(key), client.transitions(key)]);
    const names = [...new Set(offered.map(({ to }) => oneLine(to, 60)))];
    return {
      key,
      status: issue.status,
      transitions: offered.map(({ required, ...rest }) => ({
        ...rest,
        required: required.map(({ name }) => name),
      })),
      summary: `${key} is ${oneLine(issue.status, 60)}; it can become ${names.join(', ') || 'nothing else'}.`,
    };
  },
});

const transitionIssue = defineTool({
  name: 'jira_transition_issue',
  title: 'Change the status of a Jira issue',
  description: `
Moves an issue to a status, by the status's name (or the transition's). What is there already stays; what the workflow
does not offer, or offers only with further fields, is refused with what it does offer.`,
  effect: 'update',
  key: 'jira/<issue>/transition/<status>: the issue has the status. Only a status is found again, not the name of a transition',
  settles: '5s',
  input: z.object({
    key: Key,
    to: Line.meta({ description: 'The status wanted, e.g. Closed.' }),
    fields: z.record(z.string(), FieldInput).default({}).meta({
      description: 'Fields that the transition asks for, e.g. {"resolution": "Done"}.',
    }),
  }),
  output: z.object({ ...Written, key: z.string(), status: z.string() }),
  effects: async ({ key, to, fields }, { client }) => {
    client.demandWritable(key);
    const values = await client.fieldValues(fields);
    const [{ status: before }, offered] = await Promise.all([client.getIssue(key), client.transitions(key)]);
    const status = statusOf(to, before, offered);
    let chosen: string | undefined;
    const find = async () => {
      const issue = await client.getIssue(key);
      return same(issue.status, status) ? present({ status: issue.status }) : absent;
    };
    const choose = async () => choice(client, key, to, status, Object.keys(values));
    const effect: Effect = {
      key: `jira/${key}/transition/${status}`,
      preview: {
        system: 'jira',
        action: `transition to ${oneLine(status, 60)}`,
        target: key,
        before,
        after: status,
      },
      find,
      // The id of a transition is not the same in every workflow, nor at every status.
      ready: async () => {
        if ((await find()).state !== 'present') chosen = await choose();
      },
      send: async (permit) => {
        await client.transition(key, chosen ?? (await choose()), permit, values);
        return { status };
      },
    };
    return [effect];
  },
  result: async ({ key }, { client }, done) => {
    const { status } = z.object({ status: z.string() }).parse(done[0]?.data);
    return {
      key,
      status,
      outcome: outcomeOf(done),
      url: client.urlOf(key),
      summary: told(
        done,
        `${key} is ${oneLine(status, 60)} now.`,
        `Nothing sent: ${key} is ${oneLine(status, 60)} already.`,
      ),
      next: null,
    };
  },
});

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The status that a word means: a status that is there or offered, else what a transition of that name leads to. */
function statusOf(word: string, now: string, offered: readonly Transition[]): string {
  if (same(now, word)) return now;
  return (
    (offered.find(({ to }) => same(to, word)) ?? offered.find(({ name }) => same(name, word)))?.to ?? word
  );
}

/** The transition to send: one whose fields are given, by its name where several lead there. */
async function choice(
  client: JiraClient,
  key: string,
  word: string,
  status: string,
  given: readonly string[],
): Promise<string> {
  const [issue, offered] = await Promise.all([client.getIssue(key), client.transitions(key)]);
  const fitting = offered.filter(({ to, name }) => same(to, status) || same(name, word));
  if (fitting.length === 0) {
    const names = offered.map(({ name, to }) => `${oneLine(to, 60)} (by ${oneLine(name, 60)})`);
    throw new SluiceError('precondition', {
      cause: `jira: ${key} is ${oneLine(issue.status, 60)} and cannot become ${oneLine(status, 60)} now; offered are ${names.join(', ') || 'no transitions'}.`,
      remedy: 'Choose one of these, or move the issue on by hand first.',
    });
  }
  const missing = (one: Transition) => one.required.filter(({ id }) => !given.includes(id));
  const open = fitting.filter((one) => missing(one).length === 0);
  const best = open.find(({ name }) => same(name, word)) ?? open[0];
  if (best !== undefined) return best.id;
  const names = fitting.flatMap(missing).map(({ name, id }) => `${oneLine(name, 60)} (${oneLine(id, 40)})`);
  throw new SluiceError('precondition', {
    cause: `jira: to become ${oneLine(status, 60)}, ${key} needs ${[...new Set(names)].join(', ')}.`,
    remedy: 'Give them in fields.',
  });
}

export const transitionTools = [listTransitions, transitionIssue];
