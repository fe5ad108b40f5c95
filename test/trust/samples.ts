import { z } from 'zod';
import type { AnyTool } from '../../src/kit/tool.ts';

type Json = Record<string, unknown>;

/** One step from an input to a text in it: a key, an item of a list, an entry of a map, a choice. */
export type Step = { key: string } | { item: true } | { entry: string } | { option: number };

const HEAD = '65e6802d3a71ef3e93a219d1e35e7bc561350d1f';
const OLD = '7094fc6bc90ed46c1b351c6b50649a6259032a9f';
const SIDE = '5d47b4b6ca124301bb48866ae68f83b2f67feb6f';
const DIGEST = `sha256:${'b1'.repeat(32)}`;
const RUN = '15c6a6b7-a0a0-461f-b3f4-4b5597625afc';
const JOB = 'periodic-ci-openshift-release-tests-main-image-consistency-check';

/** What a field of this name holds, where no module and no tool says otherwise. */
const COMMON: Json = {
  release: '4.20.27',
  build: '4.20.0-0.nightly-2026-06-24-204339',
  email: 'rl@example.com',
  reason: 'a reason that is long enough',
  title: 'A title',
  message: 'A message',
  text: 'A text',
  body: 'A body',
  description: 'A description',
  branch: 'main',
  base: 'main',
  head: 'main',
  ref: 'main',
  commit: HEAD,
  key: 'a-key',
  duration: '1h',
  url: 'https://example.com/x',
  resume_token: 'e30',
  cursor: '2',
};

const BY_MODULE: Record<string, Json> = {
  oar: { issue: 'a thing that went wrong', resolution: 'mended', from_date: '2026-06-25', y_stream: '4.20' },
  release_controller: { stream: '4-stable', release: '4.20.27' },
  errata: { id: 169025 },
  gitlab: {
    project: 'demo/plain',
    source_project: 'demo/plain',
    source_branch: 'a-branch',
    path: 'README.md',
    tag: 'v9.9.9',
    ref: 'master',
    from: 'master',
    to: 'master',
    url: 'https://gitlab.example.com/demo/plain/-/merge_requests/1',
  },
  prow: { id: RUN, job: JOB, payload: 'quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64' },
  jenkins: { job: 'zstreams/Stage-Pipeline', number: 1 },
  jobs: { job: JOB, current_id: RUN, new_id: '25c6a6b7-a0a0-461f-b3f4-4b5597625afd' },
  github: {
    repository: 'demo/backend',
    number: 1,
    path: 'README.md',
    tag: 'v9.9.9',
    run: 1,
    job: 1,
    attempt: 1,
    workflow: 'ci.yml',
  },
  slack: { channel: 'demo-releases', name: 'demo-team', who: 'rlead', ts: '1750000000.000100' },
  sheets: {
    document: '4.20',
    range: '4.20.26!B1',
    advisories: ['rpm 169025'],
    jira: { key: 'ART-1', url: 'https://example.com/ART-1' },
    value: 'a value',
  },
  jira: {
    key: 'DEMO-110',
    issue: 'DEMO-110',
    parent: 'DEMO-110',
    from: 'DEMO-110',
    to: 'DEMO-112',
    type: 'Task',
    project: 'DEMO',
    jql: 'project = DEMO',
    who: 'Release Lead',
    query: 'Release Lead',
    version: '1.5.0',
    name: '1.9.0',
    labels: ['a-label'],
  },
  quay: {
    image: 'quay.io/demo-org/demo-backend:a2489b8d0cb8f00772ca02769a807576087b418b',
    repository: 'demo-org/demo-backend',
  },
  appinterface: {
    product: 'demo-backend',
    target: 'production',
    targets: ['production'],
    ref: 'a2489b8d0cb8f00772ca02769a807576087b418b',
    branch: 'release-demo',
    release_key: 'demo-1',
    deployments: [],
  },
  konflux: {
    name: 'demo-app',
    from: 'demo-app-20260623-085900-c4',
    to: 'demo-app-20260623-085900-c4',
    snapshot: 'demo-app-20260623-085900-c4',
    release_plan: 'demo-app-prod',
    component: 'demo-backend',
    image: `quay.io/demo-org/demo-backend@${DIGEST}`,
    revision: HEAD,
    scenario: 'demo-smoke',
    git_url: 'https://gitlab.example.com/demo/demo-backend',
    version: 'main',
  },
  kubernetes: { deployment: 'demo-backend', request_id: 'request-1', replicas: 2 },
  git: {
    repository: 'demo-backend',
    remote: 'local',
    branch: 'a-branch',
    from: OLD,
    expected_head: HEAD,
    path: 'README.md',
    tag: 'v9.9.9',
    files: [{ path: 'README.md', content: 'text' }],
    content: 'text',
  },
  bonfire: {
    namespace: 'ephemeral-zx81aa',
    app: 'demo',
    template_ref: HEAD,
    image_digest: DIGEST,
    component: 'demo-backend',
  },
};

/** Fields beyond the required ones, without which a tool does not know what is meant. */
const BY_TOOL: Record<string, Json> = {
  oar_update_task_status: { status: 'In Progress' },
  sheets_get_report: { release: '4.20.26' },
  sheets_create_report: { jira: { key: 'ART-1', url: 'https://example.com/ART-1' } },
  sheets_update_task: { release: '4.20.26' },
  github_create_pull_request: { head: 'next' },
  appinterface_update_ref: { expected_ref: '7094fc6bc90ed46c1b351c6b50649a6259032a9f' },
  konflux_policy_get: { name: 'registry-standard', namespace: 'managed-demo-tenant' },
  konflux_test_get: { name: 'demo-smoke' },
  konflux_build_trigger: { even_if_running: true },
  gitlab_get_merge_request: { project: 'demo/plain', iid: 1 },
  gitlab_update_merge_request: { project: 'demo/plain', iid: 1, title: 'Another title' },
  gitlab_close_merge_request: { project: 'demo/plain', iid: 1 },
  gitlab_list_discussions: { project: 'demo/plain', iid: 1 },
  gitlab_add_note: { project: 'demo/plain', iid: 1 },
  gitlab_list_approvals: { project: 'demo/plain', iid: 1 },
  gitlab_get_pipeline: { project: 'demo/plain', iid: 1 },
  gitlab_list_jobs: { project: 'demo/plain', iid: 1 },
  gitlab_retry_pipeline: { project: 'demo/plain', iid: 1 },
  gitlab_cancel_pipeline: { project: 'demo/plain', iid: 1 },
  gitlab_find_user: { username: 'rlead' },
  jenkins_get_build: { job: 'zstreams/Stage-Pipeline', number: 1 },
  github_update_pull_request: { title: 'Another title' },
  github_get_release: { tag: 'v1' },
  github_find_commit: { ref: 'main' },
  slack_update_message: { key: 'a-key' },
  slack_list_thread: { key: 'a-key' },
  slack_get_permalink: { key: 'a-key' },
  slack_reply_in_thread: { thread_key: 'a-key' },
  jira_update_issue: { title: 'Another title' },
  jira_transition_issue: { to: 'Done' },
  jira_assign_issue: { to: 'Release Lead' },
  appinterface_list_targets: { product: 'demo-backend' },
  appinterface_get_config: { product: 'demo-backend' },
  appinterface_validate: { product: 'demo-backend' },
  konflux_snapshot_find: { commit: HEAD },
  konflux_snapshot_get: { name: 'demo-app-20260623-085900-c4' },
  konflux_snapshot_tests: { name: 'demo-app-20260623-085900-c4' },
  konflux_snapshot_promotable: { name: 'demo-app-20260623-085900-c4' },
  konflux_snapshot_create: {
    application: 'demo-app',
    components: [{ name: 'demo-backend', image: `quay.io/demo-org/demo-backend@${DIGEST}`, revision: HEAD }],
  },
  konflux_policy_report: { snapshot: 'demo-app-20260623-085900-c4' },
  konflux_test_results: { snapshot: 'demo-app-20260623-085900-c4' },
  konflux_component_get: { name: 'demo-backend' },
  konflux_build_get: { name: 'demo-backend-on-push-b1ok' },
  konflux_build_artifacts: { name: 'demo-backend-on-push-b1ok' },
  konflux_build_logs: { name: 'demo-ui-on-push-d2bad' },
  konflux_pipeline_logs: { name: 'demo-ui-on-push-d2bad' },
  konflux_pipeline_status: { name: 'demo-backend-on-push-b1ok' },
  konflux_pipeline_cancel: { name: 'demo-backend-on-push-b2run' },
  konflux_pipeline_delete: { name: 'demo-backend-on-push-b1ok' },
  konflux_task_logs: { run: 'demo-ui-on-push-d2bad', task: 'build-container' },
  konflux_release_plan_get: { name: 'demo-app-prod' },
  konflux_admission_get: { release_plan: 'demo-app-prod' },
  konflux_release_get: { name: 'demo-rel-ok' },
  konflux_release_watch: { name: 'demo-rel-ok', timeout_seconds: 1 },
  konflux_release_retry: { name: 'demo-rel-bad' },
  kubernetes_namespace_summary: { environment: 'stage' },
  kubernetes_deployment_list: { environment: 'stage' },
  kubernetes_pod_list: { environment: 'stage' },
  kubernetes_rollout_status: { environment: 'stage' },
  kubernetes_rollout_watch: { environment: 'stage', timeout_seconds: 1 },
  kubernetes_rollout_restart: { environment: 'stage' },
  kubernetes_scale: { environment: 'stage' },
  kubernetes_event_list: { environment: 'stage' },
  kubernetes_logs: { environment: 'stage', deployment: 'demo-backend' },
  kubernetes_running_images: { environment: 'stage' },
  kubernetes_deploy_run_list: { environment: 'pipelines' },
  git_push: { branch: 'from-here', remote: 'origin' },
  git_compare: { base: OLD },
  git_diff: { base: OLD },
  git_create_branch: { branch: 'from-here' },
  git_cherry_pick: { branch: 'hotfix-months', remote: 'origin' },
  git_commit_files: { branch: 'hotfix-months', remote: 'origin', expected_head: SIDE },
  github_create_release: { commit: HEAD },
  prow_get_job: { id: RUN },
  bonfire_namespace_status: { namespace: 'ephemeral-zx81aa' },
  bonfire_namespace_extend: { namespace: 'ephemeral-zx81aa' },
  bonfire_namespace_release: { namespace: 'ephemeral-zx81aa' },
};

/** Who gives the one has to leave out the others. */
const INSTEAD: Record<string, readonly string[]> = {
  url: ['project', 'iid'],
  'ref.id': ['id', 'job', 'number'],
  'ref.url': ['id', 'job', 'number'],
  'ref.system': ['id', 'job', 'number'],
  file: ['product'],
  cluster: ['environment'],
  email: ['username'],
  ts: ['key'],
  thread_ts: ['key', 'thread_key'],
  tag: ['branch'],
  task_run: ['task', 'run'],
  reservation: ['namespace'],
  pod: ['deployment'],
  digest: ['commit'],
  run: ['snapshot'],
};

const JsonSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  minItems: z.number().optional(),
});
type JsonSchema = z.output<typeof JsonSchema>;

const read = (schema: unknown): JsonSchema => JsonSchema.parse(schema ?? {});
const optionsOf = (schema: JsonSchema) => schema.anyOf ?? schema.oneOf ?? [];
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function schemaOf(tool: AnyTool): unknown {
  return z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
}

/** The way to every text that an input can hold. */
export function texts(schema: unknown): Step[][] {
  const one = read(schema);
  const below = (step: Step, inner: unknown) => texts(inner).map((steps) => [step, ...steps]);
  if (optionsOf(one).length > 0) return optionsOf(one).flatMap((inner, option) => below({ option }, inner));
  if (one.type === 'string') return one.enum === undefined && one.const === undefined ? [[]] : [];
  const properties = Object.entries(one.properties ?? {}).flatMap(([key, inner]) => below({ key }, inner));
  const items = isRecord(one.items) ? below({ item: true }, one.items) : [];
  const entries = isRecord(one.additionalProperties)
    ? below({ entry: 'x86_64' }, one.additionalProperties)
    : [];
  return [...properties, ...items, ...entries];
}

/** `ref.url`, `cells[].range`. */
export function nameOf(steps: readonly Step[]): string {
  return steps
    .map((step) => ('key' in step ? `.${step.key}` : 'item' in step ? '[]' : 'entry' in step ? '.*' : ''))
    .join('')
    .slice(1);
}

/** Valid arguments of a tool, with a text of ours in one place. */
export function inputWith(
  module: string,
  tool: AnyTool,
  steps: readonly Step[] | undefined,
  text: string,
): Json {
  const known = (name: string) => BY_MODULE[module]?.[name] ?? COMMON[name];
  const make = (schema: unknown, name: string, way: readonly Step[] | undefined): unknown => {
    const [step, ...rest] = way ?? [];
    if (way !== undefined && step === undefined) return text;
    const one = read(schema);
    const options = optionsOf(one);
    if (options.length > 0) {
      const chosen = step !== undefined && 'option' in step ? step.option : 0;
      return way === undefined && known(name) !== undefined
        ? known(name)
        : make(options[chosen], name, way === undefined ? undefined : rest);
    }
    if (way === undefined && known(name) !== undefined && !isRecord(one.properties)) return known(name);
    if (one.const !== undefined) return one.const;
    if (one.enum !== undefined) return known(name) ?? one.enum[0];
    if (one.type === 'integer' || one.type === 'number') return one.minimum ?? 1;
    if (one.type === 'boolean') return false;
    if (one.type === 'array') {
      const inner = step !== undefined && 'item' in step ? rest : undefined;
      return [make(one.items, name, inner)];
    }
    if (isRecord(one.additionalProperties) && step !== undefined && 'entry' in step)
      return { [step.entry]: make(one.additionalProperties, name, rest) };
    if (one.type === 'object') {
      const wanted = new Set(one.required ?? []);
      if (step !== undefined && 'key' in step) wanted.add(step.key);
      return Object.fromEntries(
        [...wanted].map((key) => [
          key,
          make(
            one.properties?.[key],
            key,
            step !== undefined && 'key' in step && step.key === key ? rest : undefined,
          ),
        ]),
      );
    }
    return known(name) ?? 'abc';
  };
  const made = make(schemaOf(tool), '', steps);
  const [first] = steps ?? [];
  const own = first !== undefined && 'key' in first ? first.key : '';
  const extra = Object.entries(BY_TOOL[tool.name] ?? {}).filter(([key]) => key !== own);
  const whole: Json = { ...(isRecord(made) ? made : {}), ...Object.fromEntries(extra) };
  for (const key of INSTEAD[nameOf(steps ?? [])] ?? []) if (key !== own) delete whole[key];
  return whole;
}
