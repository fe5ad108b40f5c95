import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { prose } from '../../../src/kit/hygiene.ts';
import { defineTool } from '../define.ts';
import { stateBoxOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needSource } from '../services.ts';
import { stateBoxPath, TASK_STATUSES } from '../statebox.ts';
import { statusOf } from '../statebox-status.ts';

const Time = z.string().nullable();

export const getReleaseStatus = defineTool({
  name: 'oar_get_release_status',
  title: 'Get the StateBox of a z-stream release',
  description: `The StateBox of a release, as it stands: tasks with the jobs they began (refs), issues and metadata, with
an overall state and what comes next. Long result texts are left out. For a run of Sluice itself see release_status.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    source: z.string().meta({ description: 'Where the file stands.' }),
    created_at: z.string(),
    updated_at: z.string(),
    metadata: z.looseObject({
      jira_ticket: z.string().nullable(),
      advisory_ids: z.record(z.string(), z.int()),
      release_date: z.string().nullable(),
      candidate_builds: z.record(z.string(), z.string()),
      shipment_mr: z.string().nullable(),
    }),
    tasks: z.array(
      z.object({
        name: z.string(),
        status: z.enum(TASK_STATUSES),
        started_at: Time,
        completed_at: Time,
        refs: z.array(z.object({ system: z.string(), id: z.string(), url: z.string().nullable() })),
      }),
    ),
    issues: z.array(
      z.object({
        issue: prose('the record'),
        blocker: z.boolean(),
        resolved: z.boolean(),
        resolution: prose('the record').nullable(),
        related_tasks: z.array(z.string()),
        reported_at: Time,
        resolved_at: Time,
      }),
    ),
    overall: z.enum(TASK_STATUSES),
    summary: z.string(),
    next: z.string(),
  }),
  run: async (input, { client }) => {
    const release = parseRelease(input.release);
    const source = needSource(client, 'statebox');
    const where = source.locate(stateBoxPath(release), release.yStream);
    const box = await stateBoxOf(client, release);
    if (box === undefined) {
      throw new SluiceError('not_found', {
        cause: `There is no StateBox of ${release.name} at ${where}.`,
        remedy: 'Check the release; oar_create_test_report creates its StateBox.',
      });
    }
    return {
      release: box.release,
      source: where,
      created_at: box.created_at,
      updated_at: box.updated_at,
      metadata: box.metadata,
      ...statusOf(box),
    };
  },
});
