import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError, toSluiceError } from '../../../src/kit/errors.ts';
import { prose } from '../../../src/kit/hygiene.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { Issue, JiraClient } from '../../jira/client.ts';
import { defineTool } from '../define.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import type { OarServices } from '../services.ts';

/** QE's sub-tasks of a release ticket, by their whole summary; others on the ticket are not ours. */
const OURS: ReadonlySet<string> = new Set([
  '[Fri/Mon] QE moves advisories to REL_PREP',
  '[Wed-Fri] QE does release verification',
  '[Mon-Wed] QE notifies ON_QA bugzilla owners and analyze ci failures',
]);
const PLACEHOLDER = 'ART-0';
const CLOSED = 'Closed';

type Subtask = Issue['subtasks'][number];

export const closeReleaseSubtasks = defineTool({
  name: 'oar_close_release_subtasks',
  title: "Close QE's sub-tasks of a release ticket",
  description: `Closes the sub-tasks of a release's Jira ticket that are QE's by their summary; what is closed already stays as it
is. The right one once the final approval has happened. Without a real ticket, or without Jira, nothing is done and
warnings says why.`,
  effect: 'update',
  key: 'jira/<sub-task>/transition/Closed',
  settles: '5s',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    ticket: z.string().nullable(),
    subtasks: z.array(z.object({ key: z.string(), title: prose('Jira'), status: z.string() })),
    warnings: z.array(z.string()),
    summary: z.string(),
  }),
  effects: async ({ release }, { client }) => {
    const found = await subtasksOf(client, release);
    const { jira } = found;
    return jira === undefined ? [] : found.subtasks.map((subtask) => closeEffect(jira, subtask));
  },
  result: async ({ release }, { client }) => {
    const { ticket, subtasks, warnings } = await subtasksOf(client, release);
    const open = subtasks.filter(({ status }) => !isClosed(status)).length;
    const what =
      subtasks.length === 0
        ? 'no sub-task of QE to close'
        : `${subtasks.length - open} of ${subtasks.length} sub-tasks of QE are closed`;
    return {
      release,
      ticket,
      subtasks: subtasks.map(({ key, summary, status }) => ({ key, title: summary, status })),
      warnings,
      summary: `${release}: ${[what, ...warnings].join('. ').replace(/\.$/, '')}.`,
    };
  },
});

interface ReleaseSubtasks {
  ticket: string | null;
  /** Undefined where there is nothing to ask for. */
  jira: JiraClient | undefined;
  subtasks: Subtask[];
  warnings: string[];
}

async function subtasksOf(services: OarServices, name: string): Promise<ReleaseSubtasks> {
  const { jira_ticket: ticket } = await metadataOf(services, parseRelease(name));
  const nothing = (why: string) => ({ ticket, jira: undefined, subtasks: [], warnings: [why] });
  if (ticket === null || ticket === '') return nothing('The release has no Jira ticket.');
  if (ticket === PLACEHOLDER) return nothing(`The Jira ticket ${PLACEHOLDER} is a placeholder.`);
  const jira = configuredJira(services);
  if (jira === undefined) return nothing('Jira is not configured (modules.jira).');
  const subtasks = (await jira.subtasks(ticket)).filter(({ summary }) => OURS.has(summary));
  return { ticket, jira, subtasks, warnings: [] };
}

function configuredJira(services: OarServices): JiraClient | undefined {
  try {
    return services.jira();
  } catch (thrown) {
    if (toSluiceError(thrown).code === 'tool_missing') return undefined;
    throw thrown;
  }
}

function closeEffect(jira: JiraClient, { key, summary, status }: Subtask): Effect {
  let transition = '';
  const find = async () => {
    const issue = await jira.getIssue(key);
    return isClosed(issue.status) ? present({ issue: key, status: issue.status }) : absent;
  };
  return {
    key: `jira/${key}/transition/${CLOSED}`,
    preview: {
      system: 'jira',
      action: `transition to ${CLOSED}`,
      target: `${key} ${summary}`,
      before: status,
      after: CLOSED,
    },
    find,
    // The id of a transition is not the same in every workflow, nor at every status.
    ready: async () => {
      if ((await find()).state !== 'present') transition = await closingTransition(jira, key);
    },
    send: async (permit) => {
      await jira.transition(key, transition, permit);
      return { issue: key, status: CLOSED };
    },
  };
}

async function closingTransition(jira: JiraClient, key: string): Promise<string> {
  const offered = await jira.transitions(key);
  const closing = offered.find(({ to }) => isClosed(to));
  if (closing !== undefined) return closing.id;
  const names = offered.map(({ name, to }) => `${name} (${to})`).join(', ');
  throw new SluiceError('precondition', {
    cause: `jira: ${key} cannot be transitioned to ${CLOSED} now; offered are: ${oneLine(names) || 'none'}.`,
    remedy: 'Move the sub-task on, or close it by hand, then try again.',
  });
}

const isClosed = (status: string) => status.toLowerCase() === CLOSED.toLowerCase();
