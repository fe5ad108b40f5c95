import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../../src/kit/errors.ts';
import { Anything } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, outcomeOf, Repo, Written } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { RunId } from './get.ts';
import { runOf, wordFor } from './read.ts';
import { hasFailed } from './schema.ts';

const Evidence = z.object({ attempt: z.int() });

export const rerunFailedJobs = defineTool({
  name: 'github_rerun_failed_jobs',
  title: 'Run failed jobs again',
  description: `
Runs the failed jobs of a finished run of GitHub Actions again, and the jobs that depend on them. Name the attempt that
you have seen fail: a run that is at a later attempt already counts as done. A run that is going on is waited for; one
that has not failed is refused.`,
  effect: 'create',
  key: 'repository and run, at an attempt after the one that is named',
  settles: '60s',
  input: z.object({
    repository: Repo,
    run: RunId,
    attempt: z.int().min(1).describe('the failed one, as github_get_workflow_run shows it'),
  }),
  output: z.object({ ...Written, run: z.int(), attempt: z.int(), url: z.string() }),
  effects: async (input, { client }) => {
    client.demandWritable(input.repository);
    const run = await runOf(client, input.repository, input.run);
    if (input.attempt > run.run_attempt) throw ahead(input, run.run_attempt);
    return [rerunEffect(client, input)];
  },
  result: async ({ repository, run: id }, { client }, done) => {
    const { attempt } = Evidence.parse(done[0]?.data);
    const run = await runOf(client, repository, id);
    const outcome = outcomeOf(done);
    return {
      repository,
      run: id,
      attempt: Math.max(attempt, run.run_attempt),
      url: run.html_url,
      outcome,
      summary:
        outcome === 'sent'
          ? `Run ${id} in ${repository} goes on with attempt ${attempt}.`
          : `Run ${id} in ${repository} is at attempt ${run.run_attempt} already, ${wordFor(run)}.`,
      next: 'github_get_workflow_run shows how it goes.',
    };
  },
});

interface Wanted {
  repository: string;
  run: number;
  attempt: number;
}

function rerunEffect(client: GitHubClient, { repository, run: id, attempt }: Wanted): Effect {
  const at = { ...repositoryOf(repository), run_id: id };
  return {
    key: `github:run:${repository.toLowerCase()}:${id}:after-${attempt}`,
    preview: {
      system: 'github',
      action: 'run failed jobs again',
      target: `${repository}, run ${id}`,
      before: { attempt },
      after: { attempt: attempt + 1 },
    },
    ready: async () => {
      const run = await runOf(client, repository, id);
      if (run.run_attempt > attempt) return;
      if (run.status !== 'completed') {
        throw new NotYet(`github: run ${id} of ${repository} is ${wordFor(run)}, attempt ${attempt}.`, {
          lookAgainSeconds: 60,
        });
      }
      if (!hasFailed(run.conclusion)) throw nothingFailed({ repository, run: id, attempt }, wordFor(run));
    },
    find: async () => {
      const { run_attempt } = await runOf(client, repository, id);
      return run_attempt > attempt ? present({ attempt: run_attempt }) : absent;
    },
    send: async (permit) => {
      await client.library.send(Anything, permit, (octokit) =>
        octokit.rest.actions.reRunWorkflowFailedJobs(at),
      );
      return { attempt: attempt + 1 };
    },
  };
}

function nothingFailed({ repository, run, attempt }: Wanted, word: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `github: attempt ${attempt} of run ${run} of ${repository} is ${word}: nothing failed; nothing was sent.`,
    remedy: 'Look which run has failed: github_list_workflow_runs.',
  });
}

function ahead({ repository, run, attempt }: Wanted, stands: number): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `github: run ${run} of ${repository} is at attempt ${stands}; there is no attempt ${attempt}.`,
    remedy: 'Give the attempt that github_get_workflow_run shows.',
  });
}
