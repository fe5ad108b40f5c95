import { z } from 'zod';
import { absent, type Effect, present, unknown } from '../../../src/kit/effect.ts';
import { prose } from '../../../src/kit/hygiene.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { doc, mention, type Person, text } from '../../jira/client.ts';
import { defineTool } from '../define.ts';
import { RUNGS } from '../discovery/ladder.ts';
import type { OnQaSettings } from '../discovery/notify-settings.ts';
import { markerOf, needOnQa, onQaBugs, type Pending, peopleIn } from '../discovery/on-qa.ts';
import type { OarServices } from '../services.ts';

export const notifyOnQaBugs = defineTool({
  name: 'oar_notify_on_qa_bugs',
  title: 'Remind people of bugs in ON_QA',
  description: `Finds bugs that wait in ON_QA for more than a working day and reminds in Jira: the QA contact, again after
another day, the manager, at last a label; who is asked also goes into the issue's Need Info field where one is set. Bugs whose pull requests were verified before the merge are left alone. With
dry_run (the default) nothing is written: due says who would be asked.`,
  effect: 'notify',
  key: 'jira/<issue>/on-qa/<since when>/<rung>: a comment with this mark; for the last rung the label on the issue; jira/<issue>/need-info/<account id>: the field holds the person',
  settles: '10s',
  input: z.object({
    dry_run: z.boolean().default(true),
    from_date: z.iso
      .date()
      .optional()
      .meta({ description: 'Only bugs that became ON_QA after this day, YYYY-MM-DD.' }),
  }),
  output: z.object({
    dry_run: z.boolean(),
    due: z.array(
      z.object({
        key: z.string(),
        title: prose('Jira'),
        severity: z.enum(['high', 'droppable', 'finished']),
        since: z.string(),
        rung: z.enum(RUNGS),
        recipients: z.array(z.object({ id: z.string(), name: z.string() })),
        need_info: z
          .array(z.object({ id: z.string(), name: z.string() }))
          .meta({ description: 'Who of them is added to the field Need Info From.' }),
      }),
    ),
    sent: z.array(z.string()).meta({ description: 'Natural keys of what was written.' }),
    waiting: z.int().meta({ description: 'Bugs for which it is too early, or everything was said.' }),
    verified: z.array(z.string()),
    unreadable: z.array(z.object({ what: z.string(), cause: z.string() })),
    summary: z.string(),
  }),
  effects: async ({ dry_run: dryRun, from_date: from }, { client, now }) => {
    if (dryRun) return [];
    const { due } = await onQaBugs(client, from, now);
    const field = needOnQa(client).fields.need_info;
    // The field goes first: once its comment stands, a bug is no longer due.
    return due.flatMap((pending) => [
      ...(field === undefined
        ? []
        : pending.recipients.map((person) => needInfoEffect(client, pending.key, field, person))),
      pending.rung === 'label' ? labelEffect(client, pending) : commentEffect(client, pending),
    ]);
  },
  result: async ({ dry_run: dryRun, from_date: from }, { client, now }, done) => {
    const { due, waiting, verified, unreadable } = await onQaBugs(client, from, now);
    const sent = done.filter(({ outcome }) => outcome !== 'adopted').map(({ key }) => key);
    const asked = sent.filter((key) => key.includes('/need-info/')).length;
    const what = dryRun
      ? `${due.length} bugs are due (dry run: nothing was written)`
      : `${sent.length - asked} notices were sent${asked === 0 ? '' : `, ${asked} people added to Need Info`}`;
    return {
      dry_run: dryRun,
      due: due.map(({ needInfo, ...one }) => ({ ...one, title: oneLine(one.title), need_info: needInfo })),
      sent,
      waiting,
      verified,
      unreadable,
      summary: `${what}; ${waiting} bugs wait, ${verified.length} are verified, ${unreadable.length} could not be judged.`,
    };
  },
});

function commentEffect(services: OarServices, pending: Pending): Effect {
  const settings = needOnQa(services);
  const marker = markerOf(pending);
  const names = pending.recipients.map(({ name, id }) => name || id);
  return {
    key: `jira/${marker}`,
    preview: {
      system: 'jira',
      action: `comment (${pending.rung})`,
      target: pending.key,
      after: { recipients: names },
    },
    find: async () => {
      const comments = await services.jira().listComments(pending.key);
      const found = comments.find((comment) => comment.marker === marker);
      return found === undefined ? absent : present({ id: found.id });
    },
    send: async (permit) =>
      await services.jira().addComment(pending.key, bodyOf(pending, settings), marker, permit),
  };
}

const ASKS = {
  'qa-contact': 'QA contact',
  'team-lead': 'Team lead',
  manager: 'Manager',
  label: 'Label',
} as const;

/** Nothing of the bug's own text goes into it. */
function bodyOf({ rung, since, recipients }: Pending, { title, status }: OnQaSettings) {
  const people = recipients.flatMap(({ id, name }) => [mention(id, name || id), text(' ')]);
  const ask = `this bug has been ${status} since ${since.slice(0, 16).replace('T', ' ')}. Please verify it, or say what holds it up.`;
  return doc([text(`${title} - ${ASKS[rung]}`)], [...people, text(ask)]);
}

function needInfoEffect(services: OarServices, key: string, field: string, { id, name }: Person): Effect {
  return {
    key: `jira/${key}/need-info/${id}`,
    preview: { system: 'jira', action: 'add to Need Info', target: key, after: { person: name || id } },
    find: async () => {
      const people = peopleIn((await services.jira().getIssue(key, [field])).fields, field);
      if (people === undefined) return unknown(`${field} of ${key} is not a list of people.`);
      return people.some((one) => one.id === id) ? present({ person: id }) : absent;
    },
    send: async (permit) => {
      await services.jira().addPerson(key, field, id, permit);
      return { person: id };
    },
  };
}

function labelEffect(services: OarServices, pending: Pending): Effect {
  const { label } = needOnQa(services);
  return {
    key: `jira/${markerOf(pending)}`,
    preview: { system: 'jira', action: 'add label', target: pending.key, after: { label } },
    find: async () => {
      const { labels } = await services.jira().getIssue(pending.key);
      return labels.includes(label) ? present({ label }) : absent;
    },
    send: async (permit) => {
      await services.jira().addLabels(pending.key, [label], permit);
      return { label };
    },
  };
}
