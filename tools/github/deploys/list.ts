import { z } from 'zod';
import { Login } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, limitOf, Page, plural, Ref, Repo, short, shortId } from '../define.ts';
import { repositoryOf } from '../repository.ts';

const EnvironmentsAnswer = z.object({
  total_count: z.int(),
  environments: z.array(
    z.object({
      name: z.string(),
      html_url: z.string().nullish(),
      protection_rules: z
        .array(
          z.object({
            type: z.string(),
            wait_timer: z.int().nullish(),
            prevent_self_review: z.boolean().nullish(),
            reviewers: z
              .array(
                z.object({
                  type: z.string(),
                  reviewer: z.object({ login: z.string().nullish(), slug: z.string().nullish() }).nullish(),
                }),
              )
              .nullish(),
          }),
        )
        .default([]),
      deployment_branch_policy: z
        .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
        .nullish(),
    }),
  ),
});

export const listEnvironments = defineTool({
  name: 'github_list_environments',
  title: 'List environments',
  description: `
Environments of a repository and what guards each one: reviewers, a time to wait, and from which branches it may be
deployed to. What was deployed there: github_list_deployments.`,
  effect: 'read',
  input: z.object({ repository: Repo, limit: limitOf(30), page: Page }),
  output: z.object({
    repository: z.string(),
    environments: z.array(
      z.object({
        name: z.string(),
        reviewers: z.array(z.string()).describe('a team as @name'),
        wait_minutes: z.int(),
        branches: z.enum(['all', 'protected', 'chosen']),
        other_rules: z.array(z.string()),
        url: z.string().nullable(),
      }),
    ),
    total: z.int(),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, limit, page }, { client }) => {
    const query = { ...repositoryOf(repository), per_page: limit, page };
    const { items, more } = await client.library.page(EnvironmentsAnswer, (octokit) =>
      octokit.rest.repos.getAllEnvironments(query),
    );
    return {
      repository,
      environments: items.environments.map((found) => ({
        name: short(found.name),
        reviewers: found.protection_rules.flatMap(({ reviewers }) =>
          (reviewers ?? []).map(({ reviewer }) => reviewer?.login ?? `@${reviewer?.slug ?? 'unknown'}`),
        ),
        wait_minutes: Math.max(0, ...found.protection_rules.map(({ wait_timer }) => wait_timer ?? 0)),
        branches: branchesOf(found.deployment_branch_policy),
        other_rules: found.protection_rules
          .map(({ type }) => type)
          .filter((type) => !['required_reviewers', 'wait_timer', 'branch_policy'].includes(type)),
        url: found.html_url ?? null,
      })),
      total: items.total_count,
      next_page: more ? page + 1 : null,
      summary: `${plural(items.total_count, 'environment')} in ${repository}${items.environments.length > 0 ? `: ${short(items.environments.map(({ name }) => name).join(', '))}` : ''}.`,
    };
  },
});

function branchesOf(
  policy: { protected_branches: boolean } | null | undefined,
): 'all' | 'protected' | 'chosen' {
  if (policy === null || policy === undefined) return 'all';
  return policy.protected_branches ? 'protected' : 'chosen';
}

const DeploymentsAnswer = z.array(
  z.object({
    id: z.int(),
    sha: z.string(),
    ref: z.string(),
    task: z.string(),
    environment: z.string(),
    description: z.string().nullish(),
    creator: Login.nullish(),
    created_at: z.string(),
  }),
);

const StatusesAnswer = z.array(
  z.object({
    state: z.string(),
    description: z.string().nullish(),
    log_url: z.string().nullish(),
    environment_url: z.string().nullish(),
    created_at: z.string(),
  }),
);

const StatusRow = z.object({ state: z.string(), at: z.string(), description: z.string() });

export const listDeployments = defineTool({
  name: 'github_list_deployments',
  title: 'List deployments',
  description: `
Deployments of a repository, newest first, with their states: what was sent where, by whom, and how it went. Filter by
environment, commit or ref. state is the newest one: success, failure, error, inactive (replaced by another),
in_progress, queued, waiting, pending, or none where nobody has reported yet.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    environment: z.string().min(1).max(255).optional(),
    ref: Ref.optional(),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    limit: limitOf(10, 30),
    page: Page,
  }),
  output: z.object({
    repository: z.string(),
    deployments: z.array(
      z.object({
        id: z.int(),
        environment: z.string(),
        ref: z.string(),
        commit: z.string(),
        creator: z.string().nullable(),
        created_at: z.string(),
        state: z.string(),
        statuses: z.array(StatusRow).describe('newest first'),
        url: z.string().nullable(),
        log_url: z.string().nullable(),
      }),
    ),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, environment, ref, commit, limit, page }, { client }) => {
    const query = {
      ...repositoryOf(repository),
      per_page: limit,
      page,
      ...(environment === undefined ? {} : { environment }),
      ...(ref === undefined ? {} : { ref }),
      ...(commit === undefined ? {} : { sha: commit }),
    };
    const { items, more } = await client.library.page(DeploymentsAnswer, (octokit) =>
      octokit.rest.repos.listDeployments(query),
    );
    const deployments = await Promise.all(
      items.map(async (found) => {
        const statuses = await statusesOf(client, repository, found.id);
        return {
          id: found.id,
          environment: short(found.environment),
          ref: found.ref,
          commit: found.sha,
          creator: found.creator?.login ?? null,
          created_at: found.created_at,
          state: statuses[0]?.state ?? 'none',
          statuses: statuses.map(({ state, created_at, description }) => ({
            state,
            at: created_at,
            description: short(description),
          })),
          url: statuses[0]?.environment_url || null,
          log_url: statuses[0]?.log_url || null,
        };
      }),
    );
    const [newest] = deployments;
    return {
      repository,
      deployments,
      next_page: more ? page + 1 : null,
      summary: `${plural(items.length, 'deployment')} of ${repository}${newest === undefined ? '' : `; the newest, of ${shortId(newest.commit)} to ${newest.environment}, is ${newest.state}`}.`,
    };
  },
});

async function statusesOf(client: GitHubClient, repository: string, deployment: number) {
  const query = { ...repositoryOf(repository), deployment_id: deployment, per_page: 5 };
  return await client.library.read(StatusesAnswer, (octokit) =>
    octokit.rest.repos.listDeploymentStatuses(query),
  );
}
