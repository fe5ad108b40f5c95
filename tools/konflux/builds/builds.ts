import { z } from 'zod';
import { Name, Namespace } from '../inputs.ts';
import { type PipelineRun, resultOf } from '../resources/pipeline-run.ts';
import { call, defineTool } from '../tool.ts';
import { countRuns, describeRun } from './classify.ts';
import { artifactsOf, BuildResults, resultsOf, signedOf } from './results.ts';
import { chooseBuild, findRuns } from './runs.ts';
import { Commit, limitOf, Moment, many, RunRow, runRow, runSentence, StateFilter, Totals } from './shapes.ts';
import { lookAt, nextLook, RunStatus, runStatus } from './status.ts';

const BuildRow = z.object({ ...RunRow.shape, image_digest: z.string().nullable() });

const chosen = {
  name: Name.optional().meta({ description: 'The build run; or give component and/or commit.' }),
  component: Name.optional().meta({ description: 'The newest build of it.' }),
  commit: Commit.optional(),
  namespace: Namespace,
};

const listBuilds = defineTool({
  name: 'konflux_build_list',
  title: 'List builds',
  description: `
Build runs, newest first: commit, event, state, duration, queue time and image digest of each, and how many are in each
state. By component, application (or component group), commit, state, or created after a moment. Of a component or commit
whose builds have been pruned it shows what KubeArchive kept. For tests and releases use konflux_pipeline_list.`,
  effect: 'read',
  input: z.object({
    component: Name.optional(),
    application: Name.optional().meta({ description: 'An Application or a ComponentGroup.' }),
    commit: Commit.optional(),
    state: StateFilter,
    created_after: Moment.optional(),
    limit: limitOf(50, 10),
    namespace: Namespace,
  }),
  output: z.object({
    namespace: z.string(),
    builds: z.array(BuildRow),
    total: z.int(),
    totals: Totals,
    truncated: z.boolean(),
    archived: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ limit, namespace, created_after, ...filter }, { client, signal, now }) => {
    const where = { namespace, signal };
    const { runs, archived } = await findRuns(
      client,
      { ...filter, type: 'build', createdAfter: created_after },
      where,
    );
    const reports = runs.map((run) => ({ run, report: describeRun(run, []) }));
    const builds = reports.slice(0, limit).map(({ run, report }) => ({
      ...runRow(run, report, now),
      image_digest: resultOf(run.status.results, 'IMAGE_DIGEST') ?? null,
    }));
    const space = await client.cluster.namespace(namespace);
    const [newest] = reports;
    const place = archived ? `${space} (from KubeArchive)` : space;
    return {
      namespace: space,
      builds,
      total: runs.length,
      totals: countRuns(reports.map(({ report }) => report.state)),
      truncated: runs.length > builds.length,
      archived,
      summary:
        newest === undefined
          ? `No build in ${space} fits.`
          : `${many(runs.length, 'build')} in ${place}; the newest: ${runSentence(newest.run, newest.report, now)}`,
      ...(newest?.report.state === 'failed' || newest?.report.state === 'timeout'
        ? { next: call('konflux_build_get', { name: newest.run.metadata.name, namespace: space }) }
        : {}),
    };
  },
});

const getBuild = defineTool({
  name: 'konflux_build_get',
  title: 'Get a build',
  description: `
One build, by name or as the newest of a component or commit: state, tasks with their times, the image and its digest,
the commit that it was built from, whether it is signed, the Snapshot made from it, and of a failed one the failed task
and step with exit code, reason and message.`,
  effect: 'read',
  input: z.object(chosen),
  output: z.object({
    ...RunStatus.shape,
    ...BuildResults.shape,
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ namespace, ...choice }, { client, signal, now }) => {
    const where = { namespace, signal };
    const looked = await lookAt(client, await chooseBuild(client, choice, where), where);
    const { run, report, snapshot } = looked;
    return {
      ...runStatus(looked, now),
      ...resultsOf(run),
      summary: `${runSentence(run, report, now)}${outcome(run, snapshot)}`,
      ...nextLook(looked, { status: 'konflux_build_get', logs: 'konflux_build_logs' }),
    };
  },
});

function outcome(run: PipelineRun, snapshot: string | undefined): string {
  const digest = resultOf(run.status.results, 'IMAGE_DIGEST');
  if (digest === undefined) return '';
  const made = snapshot === undefined ? 'no Snapshot has been made from it' : `its Snapshot is ${snapshot}`;
  return ` It built ${digest}; ${made}.`;
}

const getArtifacts = defineTool({
  name: 'konflux_build_artifacts',
  title: 'Artifacts of a build',
  description: `
What a build made: image and digest, where by convention its signature, attestation and SBOM lie (sha256-DIGEST.sig, .att,
.sbom in the same repository; not looked up here), its CHAINS and other results, and whether Tekton Chains has marked
it as signed.`,
  effect: 'read',
  input: z.object(chosen),
  output: z.object({
    build: z.string(),
    namespace: z.string(),
    ...BuildResults.shape,
    refs: z
      .object({ signature: z.string(), attestation: z.string(), sbom: z.string() })
      .nullable()
      .meta({ description: 'By the tag convention; whether they are there only the registry knows.' }),
    results: z.record(z.string(), z.string()),
    archived: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ namespace, ...choice }, { client, signal, now }) => {
    const where = { namespace, signal };
    const { object: run, archived } = await chooseBuild(client, choice, where);
    const { name } = run.metadata;
    const artifacts = artifactsOf(run);
    const { image, digest } = artifacts;
    return {
      build: name,
      namespace: await client.cluster.namespace(namespace),
      ...artifacts,
      archived,
      summary:
        digest === null || image === null
          ? `${name} names no image: ${runSentence(run, describeRun(run, []), now)}`
          : `${name} built ${image}@${digest}; ${SIGNED[String(signedOf(run))]}.`,
    };
  },
});

const SIGNED: Record<string, string> = {
  true: 'Tekton Chains says that it is signed',
  false: 'Tekton Chains failed to sign it',
  null: 'Tekton Chains has not said that it is signed',
};

export const buildReadTools = [listBuilds, getBuild, getArtifacts];
