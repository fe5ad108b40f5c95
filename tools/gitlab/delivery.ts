import { z } from 'zod';
import { given } from './api.ts';
import { counted, defineTool, PAGE, PAGE_OUTPUT, ProjectInput, pageOutput, pageWish } from './define.ts';
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
Deploy freezes of a project as GitLab holds them: cron expressions of their beginning and end, and their time zone. It does not
work out whether one holds now: frozen is null unless there is none at all. A job that asks CI_DEPLOY_FREEZE knows.`,
  effect: 'read',
  input: z.object({ project: ProjectInput }),
  output: z.object({
    project: z.string(),
    frozen: z
      .boolean()
      .nullable()
      .meta({ description: 'false: there is no freeze period. null: not worked out.' }),
    freeze_periods: z.array(
      z.object({ id: z.int(), start: z.string(), end: z.string(), time_zone: z.string() }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ project }, { client }) => {
    const all = await client.api.pages('freeze periods', FreezePeriodsAnswer, ({ FreezePeriods }, wish) =>
      FreezePeriods.all(project, wish),
    );
    const periods = all.map((one) => ({
      id: one.id,
      start: one.freeze_start,
      end: one.freeze_end,
      time_zone: one.cron_timezone ?? 'UTC',
    }));
    const [first] = periods;
    return {
      project,
      frozen: first === undefined ? false : null,
      freeze_periods: periods.slice(0, 30),
      truncated: periods.length > 30,
      summary:
        first === undefined
          ? `${project} has no deploy freeze.`
          : `${project} has ${counted(periods.length, 'deploy freeze')}, the first from "${first.start}" to "${first.end}" (${first.time_zone}); whether one holds now is not worked out.`,
    };
  },
});
