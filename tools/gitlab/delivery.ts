import { z } from 'zod';
import { given } from './api.ts';
import { counted, defineTool, PAGE, PAGE_OUTPUT, ProjectInput, pageOutput, pageWish } from './define.ts';
import { type FreezeVerdict, frozenAt } from './freeze.ts';
import { DeploymentsAnswer, EnvironmentsAnswer, FreezePeriodsAnswer } from './schema-delivery.ts';

export const listDeployments = defineTool({
  name: 'gitlab_list_deployments',
  title: 'List deployments',
  description: `
Deployments that GitLab knows of, newest first, by environment and status: ref, commit, who, which job. What is not deployed
by GitLab does not stand here.`,
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    environment: z.string().min(1).max(255).optional(),
    status: z.enum(['created', 'running', 'success', 'failed', 'canceled', 'blocked']).optional(),
    ...PAGE,
  }),
  output: z.object({
    project: z.string(),
    deployments: z.array(
      z.object({
        id: z.int(),
        environment: z.string(),
        status: z.string(),
        ref: z.string(),
        commit: z.string(),
        created_at: z.string(),
        by: z.string().nullable(),
        job: z.int().nullable(),
        pipeline: z.int().nullable(),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ project, environment, status, ...wanted }, { client }) => {
    const page = await client.api.page(
      'deployments',
      DeploymentsAnswer,
      ({ Deployments }, wish) =>
        Deployments.all(project, {
          orderBy: 'created_at',
          sort: 'desc',
          ...given({ environment, status }),
          ...wish,
        }),
      pageWish(wanted),
    );
    const [first] = page.items;
    return {
      project,
      deployments: page.items.map((one) => ({
        id: one.id,
        environment: one.environment.name,
        status: one.status,
        ref: one.ref,
        commit: one.sha,
        created_at: one.created_at,
        by: one.user?.username ?? null,
        job: one.deployable?.id ?? null,
        pipeline: one.deployable?.pipeline?.id ?? null,
      })),
      ...pageOutput(page),
      summary:
        first === undefined
          ? `${project} has no such deployment.`
          : `The newest such deployment of ${project} is ${first.sha.slice(0, 12)} to ${first.environment.name}, ${first.status}.`,
    };
  },
});

export const listEnvironments = defineTool({
  name: 'gitlab_list_environments',
  title: 'List environments',
  description: 'Environments of a project in GitLab: name, tier, available or stopped, address.',
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    state: z.enum(['available', 'stopping', 'stopped']).optional(),
    ...PAGE,
  }),
  output: z.object({
    project: z.string(),
    environments: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        state: z.string().nullable(),
        tier: z.string().nullable(),
        url: z.string().nullable(),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ project, state, ...wanted }, { client }) => {
    const page = await client.api.page(
      'environments',
      EnvironmentsAnswer,
      ({ Environments }, wish) =>
        Environments.all(project, { ...(state === undefined ? {} : { states: state }), ...wish }),
      pageWish(wanted),
    );
    return {
      project,
      environments: page.items.map((one) => ({
        id: one.id,
        name: one.name,
        state: one.state ?? null,
        tier: one.tier ?? null,
        url: one.external_url ?? null,
      })),
      ...pageOutput(page),
      summary: `${project} has ${counted(page.items.length, 'such environment')}${page.next === null ? '' : ' on this page, and more'}.`,
    };
  },
});

export const listFreezePeriods = defineTool({
  name: 'gitlab_list_freeze_periods',
  title: 'List deploy freeze periods',
  description: `
Deploy freezes of a project as GitLab holds them (cron expressions of beginning and end, time zone), and whether one holds
now: frozen, by which, until when. null means that a period could not be read, which is not the same as none.`,
  effect: 'read',
  input: z.object({ project: ProjectInput }),
  output: z.object({
    project: z.string(),
    frozen: z.boolean().nullable(),
    frozen_by: z.int().nullable().meta({ description: 'Id of the period that holds.' }),
    until: z.string().nullable(),
    unreadable: z.array(z.int()).meta({ description: 'Ids of periods that cannot be read.' }),
    freeze_periods: z.array(
      z.object({ id: z.int(), start: z.string(), end: z.string(), time_zone: z.string() }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ project }, { client, now }) => {
    const all = await client.api.pages('freeze periods', FreezePeriodsAnswer, ({ FreezePeriods }, wish) =>
      FreezePeriods.all(project, wish),
    );
    const periods = all.map((one) => ({
      id: one.id,
      start: one.freeze_start,
      end: one.freeze_end,
      time_zone: one.cron_timezone ?? 'UTC',
    }));
    const { frozen, by, until, unreadable } = await frozenAt(periods, now);
    return {
      project,
      frozen,
      frozen_by: by?.id ?? null,
      until,
      unreadable: unreadable.map(({ id }) => id),
      freeze_periods: periods.slice(0, 30),
      truncated: periods.length > 30,
      summary: freezeText(project, periods.length, { frozen, by, until, unreadable }),
    };
  },
});

function freezeText(project: string, count: number, { by, until, unreadable }: FreezeVerdict): string {
  if (count === 0) return `${project} has no deploy freeze.`;
  if (by !== null)
    return `${project} is frozen by period ${by.id} (${by.start}, ${by.time_zone}) until ${until ?? 'no known time'}.`;
  if (unreadable.length > 0)
    return `${project}: ${counted(unreadable.length, 'freeze period')} cannot be read, so it is not known whether it is frozen.`;
  return `${project} is not frozen now; it has ${counted(count, 'freeze period')}.`;
}
