import { z } from 'zod';
import type { AppInterfaceClient } from './client.ts';

const text = z.string().nullable();
const needed = z.enum(['required', 'none']);

/** The settings of a product as flows ask for them: every key is there, null where nothing is configured. */
export const ProductAnswer = z.object({
  title: text,
  project: text.meta({ description: 'GitLab path of the app-interface repository.' }),
  fork_project: text.meta({ description: 'GitLab path of our fork.' }),
  repository: z
    .string()
    .meta({ description: 'Name of the app-interface repository in modules.git.repositories.' }),
  default_branch: z.string().meta({ description: 'Of upstream: what merge requests go to.' }),
  code_repository: text,
  image: text,
  targets: z.array(z.string()).meta({ description: 'Labels.' }),
  merge_request: z.object({
    labels: z.array(z.string()),
    branch_prefix: z.string(),
    reviewers: z.array(z.string()),
  }),
  konflux: z.object({ namespace: text, application: z.string(), component: text }).nullable(),
  jira: z
    .object({ project: z.string(), type: z.string(), component: text, labels: z.array(z.string()) })
    .nullable(),
  slack: z.object({ channel: z.string() }).nullable(),
  live: z
    .record(
      z.string(),
      z.object({ environment: z.string(), deployment: z.string(), container: text, deploys: text }),
    )
    .nullable()
    .meta({ description: 'By label of the target.' }),
  gates: z.object({
    vulnerabilities: z.enum(['critical', 'high', 'none']),
    tests: needed,
    signature: needed,
    policy: needed,
  }),
});

export function productAnswer(client: AppInterfaceClient, name: string): z.input<typeof ProductAnswer> {
  const { title, code_repository, image, targets, merge_request, ...product } = client.product(name);
  const { konflux, jira, slack, live, gates } = product;
  return {
    title: title ?? null,
    project: product.project ?? client.settings.project ?? null,
    fork_project: product.fork_project ?? client.settings.fork_project ?? null,
    repository: client.repository,
    default_branch: client.git.defaultBranch(client.repository),
    code_repository: code_repository ?? null,
    image: image ?? null,
    targets: Object.keys(targets),
    merge_request,
    konflux:
      konflux === undefined
        ? null
        : { ...konflux, namespace: konflux.namespace ?? null, component: konflux.component ?? null },
    jira: jira === undefined ? null : { ...jira, component: jira.component ?? null },
    slack: slack ?? null,
    live:
      live === undefined
        ? null
        : Object.fromEntries(
            Object.entries(live).map(([label, place]) => [
              label,
              { ...place, container: place.container ?? null, deploys: place.deploys ?? null },
            ]),
          ),
    gates: { ...gates, tests: gates.tests ?? (konflux === undefined ? 'none' : 'required') },
  };
}
