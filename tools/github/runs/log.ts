import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { printed } from '../../../src/kit/hygiene.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, limitOf, Repo, short } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { wordFor } from './read.ts';
import { JobAnswer } from './schema.ts';

const LINE_CAP = 400;
const TEXT_CAP = 8_000;

export const getJobLog = defineTool({
  name: 'github_get_job_log',
  title: 'Get the log of a job',
  description: `
The last lines of the log of one job of GitHub Actions, or the last of those that contain a text. Take the id
of the job from github_get_workflow_run. A job has a log once it has finished; GitHub drops it after some months.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    job: z.int().min(1).describe('id of the job'),
    lines: limitOf(80, 300),
    contains: z.string().min(1).max(200).optional().describe('only lines with this text, in any case'),
  }),
  output: z.object({
    repository: z.string(),
    job: z.int(),
    name: z.string(),
    conclusion: z.string().nullable(),
    lines: z.array(printed('GitHub')),
    total_lines: z.int().describe('that fit, of the whole log'),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, job: id, lines, contains }, { client }) => {
    const at = { ...repositoryOf(repository), job_id: id };
    const job = await client.library.read(JobAnswer, (octokit) =>
      octokit.rest.actions.getJobForWorkflowRun(at),
    );
    const all = linesOfLog(await logOf(client, repository, job));
    const wanted = contains?.toLowerCase();
    const fitting = wanted === undefined ? all : all.filter((line) => line.toLowerCase().includes(wanted));
    const tail = tailOf(fitting, lines);
    const truncated = tail.length < fitting.length;
    return {
      repository,
      job: id,
      name: short(job.name),
      conclusion: job.conclusion ?? null,
      lines: tail,
      total_lines: fitting.length,
      truncated,
      summary: `${truncated ? `The last ${tail.length} of ${fitting.length}` : `All ${fitting.length}`} lines${contains === undefined ? '' : ' with that text'} of the log of ${short(job.name)}, which is ${wordFor(job)}.`,
    };
  },
});

/** GitHub keeps logs at another host and says where, with a signature of its own in the address. */
async function logOf(client: GitHubClient, repository: string, job: JobAnswer): Promise<string> {
  const at = { ...repositoryOf(repository), job_id: job.id };
  try {
    const address = await client.library.location((octokit) =>
      octokit.rest.actions.downloadJobLogsForWorkflowRun(at),
    );
    return await client.download(address);
  } catch (thrown) {
    const gone = thrown instanceof SluiceError && thrown.code === 'not_found';
    if (!gone) throw thrown;
    throw new SluiceError('not_found', {
      cause: `github: there is no log of job ${job.id} of ${repository}, which is ${wordFor(job)}.`,
      remedy:
        job.status === 'completed'
          ? 'Logs are dropped after a time: run it again to see what it says.'
          : 'A log is there once the job has finished.',
      ...(thrown.status === undefined ? {} : { status: thrown.status }),
    });
  }
}

function linesOfLog(text: string): string[] {
  const lines = stripVTControlCharacters(text)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function tailOf(lines: readonly string[], most: number): string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.slice(-most).toReversed()) {
    const cut = line.length > LINE_CAP ? `${line.slice(0, LINE_CAP)}…` : line;
    size += cut.length;
    if (size > TEXT_CAP) break;
    kept.unshift(cut);
  }
  return kept;
}
