import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { selector, type Where } from '../../kubernetes/client.ts';
import { describeRun } from '../builds/classify.ts';
import { RunRow, runRow } from '../builds/shapes.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import type { ComponentGroup } from '../resources/application.ts';
import { ANNOTATION, LABEL } from '../resources/common.ts';
import { COMPONENT, type Component, sourceOf } from '../resources/component.ts';
import { componentGroups, demandNames, parentsOf } from '../resources/parent.ts';
import { PIPELINE_RUN } from '../resources/pipeline-run.ts';
import { SNAPSHOT } from '../resources/snapshot.ts';
import { isoOf, newestFirst } from '../resources/timing.ts';
import { isOf } from '../snapshots/list.ts';
import { SnapshotRow, snapshotRow } from '../snapshots/rows.ts';
import { plural } from '../snapshots/words.ts';
import { call, defineTool } from '../tool.ts';

const Row = z.object({
  name: z.string(),
  application: z.string().nullable(),
  component_groups: z.array(z.string()),
  git_url: z.string().nullable(),
  revision: z.string().nullable().meta({ description: 'The branch that is built.' }),
  last_built_commit: z.string().nullable(),
  last_promoted_digest: z.string().nullable(),
  problem: z.string().optional(),
});

function rowOf(component: Component, groups: readonly ComponentGroup[]): z.output<typeof Row> {
  const { metadata, status } = component;
  const { url, revision } = sourceOf(component);
  const parents = parentsOf(component, groups);
  return {
    name: metadata.name,
    application: parents.find(({ kind }) => kind === 'application')?.name ?? null,
    component_groups: parents.flatMap(({ kind, name }) => (kind === 'componentGroup' ? [name] : [])),
    git_url: url || null,
    revision: revision || null,
    last_built_commit: status.lastBuiltCommit || null,
    last_promoted_digest: status.lastPromotedImage.split('@')[1] ?? null,
    ...problemOf(component),
  };
}

function problemOf({ status }: Component): { problem?: string } {
  const bad = status.conditions.find((condition) => condition.status === 'False');
  if (bad !== undefined) return { problem: oneLine(`${bad.reason}: ${bad.message}`, 200) };
  return status.message === '' ? {} : { problem: oneLine(status.message, 200) };
}

const list = defineTool({
  name: 'konflux_component_list',
  title: 'List components',
  description: `
Components of a namespace or of one application or component group: repository and branch, the last commit that was
built, the digest that was last promoted, and what is wrong with one.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    application: Name.optional().meta({ description: 'Or the component group.' }),
    limit: z.int().min(1).max(30).default(20),
  }),
  output: z.object({
    namespace: z.string(),
    total: z.int().meta({ description: 'Components in the namespace.' }),
    matching: z.int(),
    components: z.array(Row),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ namespace: given, application, limit }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [{ items }, groups] = await Promise.all([
      client.cluster.all(COMPONENT, where),
      componentGroups(client, where),
    ]);
    const found = items
      .filter(
        (one) => application === undefined || parentsOf(one, groups).some((p) => p.name === application),
      )
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    if (found.length === 0) await demandNames(client, { application }, where);
    const rows = found.map((one) => rowOf(one, groups));
    const bad = rows.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
    return {
      namespace,
      total: items.length,
      matching: found.length,
      components: rows.slice(0, limit),
      truncated: found.length > limit,
      summary:
        `${application ?? namespace} has ${plural(found.length, 'component')}.` +
        (bad.length === 0 ? '' : ` With a problem: ${bad.slice(0, 6).join(', ')}.`),
    };
  },
});

/** What build-service leaves in the annotation of a component. */
const BuildStatus = z.object({
  pac: z
    .object({
      state: z.string().optional(),
      'merge-url': z.string().optional(),
      'configuration-time': z.string().optional(),
      'error-id': z.number().optional(),
      'error-message': z.string().optional(),
    })
    .optional(),
  message: z.string().optional(),
});

const BuildSetup = z.object({
  pac_state: z.string().nullable().meta({ description: 'Pipelines as Code: enabled or disabled.' }),
  merge_url: z.string().nullable().meta({ description: 'The request that sets its pipelines up.' }),
  configured_at: z.string().nullable(),
  error: z.string().nullable(),
  message: z.string().nullable(),
  unreadable: z.boolean(),
});

export function buildSetup({ metadata }: Component): z.output<typeof BuildSetup> | null {
  const text = metadata.annotations[ANNOTATION.buildStatus];
  if (text === undefined || text.trim() === '') return null;
  const read = BuildStatus.safeParse(parsedJson(text));
  const { pac, message } = read.data ?? {};
  const error = pac?.['error-message'];
  return {
    pac_state: pac?.state ?? null,
    merge_url: pac?.['merge-url'] ?? null,
    configured_at: isoOf(pac?.['configuration-time']),
    error: error === undefined ? null : oneLine(`${pac?.['error-id'] ?? ''} ${error}`.trim()),
    message: message === undefined ? null : oneLine(message),
    unreadable: !read.success,
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const get = defineTool({
  name: 'konflux_component_get',
  title: 'Get a component',
  description: `
One component: source, last build with its state, the image that was last promoted, its newest Snapshots, what it
nudges, and how its pipelines are set up (Pipelines as Code state, errors of build-service, a build that was asked for).`,
  effect: 'read',
  input: z.object({ name: Name, namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    archived: z.boolean(),
    ...Row.shape,
    context: z.string().nullable(),
    versions: z.array(z.object({ name: z.string(), revision: z.string() })),
    container_image: z.string().nullable(),
    last_promoted_image: z.string().nullable(),
    nudges: z.array(z.string()),
    nudged_by: z.array(z.string()),
    build_setup: BuildSetup.nullable(),
    build_requested: z
      .string()
      .nullable()
      .meta({ description: 'A build that was asked for and is not taken up yet.' }),
    last_build: RunRow.nullable(),
    snapshots: z.array(SnapshotRow),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ name, namespace: given }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [{ object: component, archived }, groups, last, snapshots] = await Promise.all([
      client.get(COMPONENT, name, where),
      componentGroups(client, where),
      lastBuild(client, name, where),
      client.cluster.all(SNAPSHOT, where),
    ]);
    const { metadata, spec, status } = component;
    const own = newestFirst(snapshots.items.filter((one) => isOf(one, name)));
    const built = last === undefined ? null : runRow(last, describeRun(last, []), now);
    return {
      namespace,
      archived,
      ...rowOf(component, groups),
      context: sourceOf(component).context || null,
      versions: spec.source.versions.map((version) => ({ name: version.name, revision: version.revision })),
      container_image: spec.containerImage ?? null,
      last_promoted_image: status.lastPromotedImage || null,
      nudges: spec['build-nudges-ref'],
      nudged_by: status['build-nudged-by'],
      build_setup: buildSetup(component),
      build_requested: metadata.annotations[ANNOTATION.buildRequest] ?? null,
      last_build: built,
      snapshots: own.slice(0, 5).map(snapshotRow),
      summary: [
        built === null
          ? `No build of ${name} is left in the cluster.`
          : `Last build of ${name}: ${built.name} (${built.state}).`,
        status.lastBuiltCommit === ''
          ? 'It has not been built yet.'
          : `Last built commit: ${status.lastBuiltCommit}.`,
        own[0] === undefined ? 'It has no Snapshot.' : `Newest Snapshot: ${snapshotSentence(own[0])}.`,
      ].join(' '),
      next: call('konflux_build_list', { component: name, namespace }),
    };
  },
});

function snapshotSentence(snapshot: Parameters<typeof snapshotRow>[0]): string {
  const { name, state } = snapshotRow(snapshot);
  return `${name} (${state})`;
}

async function lastBuild(client: KonfluxClient, component: string, where: Where) {
  const labels = selector({ [LABEL.component]: component, [LABEL.runType]: 'build' });
  const { items } = await client.cluster.all(PIPELINE_RUN, { ...where, labels });
  return newestFirst(items)[0];
}

export const componentTools = [list, get];
