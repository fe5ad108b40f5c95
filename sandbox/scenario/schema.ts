import { z } from 'zod';
import { Artifacts } from './schema-artifacts.ts';
import { Errata } from './schema-errata.ts';
import { Git } from './schema-git.ts';
import { Github } from './schema-github.ts';
import { Gitlab } from './schema-gitlab.ts';
import { Brew, Catalog, Pyxis, Registry } from './schema-images.ts';
import { Jira } from './schema-jira.ts';
import { Jenkins, Prow } from './schema-jobs.ts';
import { Kubernetes } from './schema-kubernetes.ts';
import { Mirror, Portal, ReleaseController, Slack, Trackers } from './schema-places.ts';
import { Quay } from './schema-quay.ts';
import { Sheets } from './schema-sheets.ts';
import { Instant } from './time.ts';

export const Scenario = z.strictObject({
  name: z.string(),
  title: z.string().optional(),
  clock: Instant,
  release_controller: ReleaseController.default({ streams: {} }),
  errata: Errata.default({ users: [], advisories: {}, first_push_id: 1 }),
  git: Git.prefault({}),
  gitlab: Gitlab.optional(),
  jenkins: Jenkins.default({ jobs: {}, first_queue_id: 1 }),
  prow: Prow.default({ jobs: {} }),
  github: Github.prefault({}),
  artifacts: Artifacts.default({ buckets: {} }),
  mirror: Mirror.default({ signatures: {} }),
  slack: Slack.optional(),
  sheets: Sheets.optional(),
  jira: Jira.optional(),
  portal: Portal.default({ pages: {} }),
  trackers: Trackers.default({}),
  registry: Registry.prefault({}),
  catalog: Catalog.prefault({}),
  pyxis: Pyxis.prefault({}),
  brew: Brew.prefault({}),
  quay: Quay.prefault({}),
  kubernetes: Kubernetes.prefault({}),
});

export type Scenario = z.infer<typeof Scenario>;

export class ScenarioError extends Error {
  override name = 'ScenarioError';
}

export function checkScenario(raw: unknown, source: string): Scenario {
  const parsed = Scenario.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ScenarioError(`scenario ${source} is not valid:\n${z.prettifyError(parsed.error)}`);
}
