import { z } from 'zod';
import { digestOf } from '../../src/kit/canonical.ts';
import { absent, type Effect, type Found, present, unknown } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { inertTitle } from '../../src/kit/outgoing.ts';
import type { Project } from './api.ts';
import type { GitLabClient } from './client.ts';
import { defineTool } from './define.ts';
import { holdsPlan, PLAN, placeOfPlan, planText, requestsOfPlan } from './plan-approval.ts';
import { MergeRequestAnswer } from './schema.ts';
import { BranchAnswer } from './schema-repository.ts';

const MOST_EFFECTS = 40;

const Input = z.object({
  ...PLAN,
  title: z.string().min(1).max(120).meta({ description: 'What is released, for people.' }),
  plan: z.record(z.string(), z.unknown()).meta({ description: 'The plan whose digest is plan_hash.' }),
});
type Input = z.output<typeof Input>;

const Pushed = z.object({ branch: z.string(), commit: z.string() });
const Opened = z.object({ iid: z.int(), url: z.string() });

const Listed = z.object({
  effects: z.array(
    z.object({
      step: z.string(),
      environment: z.string().default(''),
      action: z.string().default(''),
      target: z.string().default(''),
    }),
  ),
});

export const requestPlanApproval = defineTool({
  name: 'gitlab_request_plan_approval',
  title: 'Ask for the approval of a plan',
  description: `
Opens the merge request by which people approve a plan of a release: a branch of its own with one file, the plan. The engine
asks with it, once for each plan; nobody else can call it. It approves nothing and merges nothing.`,
  effect: 'create',
  engineOnly: true,
  key: 'the branch sluice/approve/<release>/<step>/<start of the plan hash> whose file has that digest; its merge request',
  settles: '10s',
  input: Input,
  output: z.object({
    project: z.string(),
    branch: z.string(),
    commit: z.string(),
    iid: z.int(),
    url: z.string(),
    summary: z.string(),
  }),
  effects: async (input, { client }) => {
    if (digestOf(input.plan) !== input.plan_hash) {
      throw new SluiceError('invalid_input', {
        cause: `The digest of the plan is not ${input.plan_hash.slice(0, 12)}….`,
        remedy: 'Give the plan that is asked for, unchanged.',
        rule: 'approval-plan',
      });
    }
    const project = await client.api.project(input.project);
    await client.api.demandWritable(project.path);
    if (project.defaultBranch === undefined) {
      throw new SluiceError('precondition', {
        cause: `gitlab: ${project.path} has no default branch to begin a branch from.`,
        remedy: 'Give the project a first commit.',
      });
    }
    return [commitOfPlan(client, input, project), requestOfPlan(client, input, project)];
  },
  result: async ({ project }, _context, done) => {
    const [pushed, opened] = done;
    const { branch, commit } = Pushed.parse(pushed?.data);
    const { iid, url } = Opened.parse(opened?.data);
    return {
      project,
      branch,
      commit,
      iid,
      url,
      summary: `!${iid} of ${project} asks for the approval: ${url}`,
    };
  },
});

/** Branch, file and commit are one request: there is no half of it. */
function commitOfPlan(client: GitLabClient, input: Input, project: Project): Effect {
  const { branch, path } = placeOfPlan(input);
  return {
    key: `gitlab/${project.path}/approval-branch/${branch}`,
    preview: { system: 'gitlab', action: 'push a plan', target: `${project.path}, branch ${branch}` },
    find: async () => await findCommit(client, input, project),
    send: async (permit) => {
      const commit = await client.api.write(
        'the commit',
        z.object({ id: z.string() }),
        ({ Commits }) =>
          Commits.create(
            project.id,
            branch,
            inertTitle(`Plan of ${input.release_id}, ${input.step}`),
            [{ action: 'create', filePath: path, content: planText(input.plan) }],
            { startBranch: project.defaultBranch ?? '' },
          ),
        { permit, project: project.path },
      );
      return { branch, commit: commit.id };
    },
  };
}

async function findCommit(client: GitLabClient, input: Input, project: Project): Promise<Found> {
  const { branch } = placeOfPlan(input);
  const found = await client.api.readIfThere('the branch', BranchAnswer, ({ Branches }) =>
    Branches.show(project.id, branch),
  );
  // A merge may have taken the branch away; the plan stands in the merge request then.
  const merged = (await requestsOfPlan(client, project, input)).find(({ state }) => state === 'merged');
  const commit = found?.commit.id ?? merged?.sha ?? undefined;
  if (commit === undefined) return absent;
  if (await holdsPlan(client, project, input, commit)) return present({ branch, commit });
  return unknown(
    `branch ${branch} of ${project.path} holds something else than the plan: delete it, and it is made anew`,
  );
}

function requestOfPlan(client: GitLabClient, input: Input, project: Project): Effect {
  const { branch } = placeOfPlan(input);
  const title = inertTitle(`Approve ${input.release_id}, ${input.step}: ${input.plan_hash}`);
  return {
    key: `gitlab/${project.path}/approval-request/${branch}`,
    preview: {
      system: 'gitlab',
      action: 'ask for an approval by a merge request',
      target: `${project.path}, branch ${branch}`,
      after: { title },
    },
    find: async () => await findRequest(client, input, project),
    send: async (permit) => {
      const made = await client.api.write(
        'the merge request',
        MergeRequestAnswer,
        ({ MergeRequests }) =>
          MergeRequests.create(project.id, branch, project.defaultBranch ?? '', title, {
            description: describe(input),
          }),
        { permit, project: project.path },
      );
      return { iid: made.iid, url: made.web_url };
    },
  };
}

async function findRequest(client: GitLabClient, input: Input, project: Project): Promise<Found> {
  const [newest, ...older] = await requestsOfPlan(client, project, input);
  if (newest === undefined) return absent;
  const open = [newest, ...older].find(({ state }) => state !== 'closed') ?? newest;
  if (open.state !== 'closed') return present({ iid: open.iid, url: open.web_url });
  const { branch } = placeOfPlan(input);
  const head = await client.api.readIfThere('the branch', BranchAnswer, ({ Branches }) =>
    Branches.show(project.id, branch),
  );
  if (head?.commit.id !== open.sha) return absent;
  return unknown(`!${open.iid}, which asks for the same plan, was closed: reopen it, or approve another way`);
}

/** Every line begins with a word of ours: a line that begins with `/` would be a command to GitLab. */
function describe({ title, release_id, step, plan_hash, plan }: Input): string {
  const listed = Listed.safeParse(plan);
  const effects = listed.success ? listed.data.effects : [];
  const code = (text: string) => `\`${inertTitle(text, 200).replaceAll('`', "'") || ' '}\``;
  const lines = effects
    .slice(0, MOST_EFFECTS)
    .map(
      ({ step: id, environment, action, target }) =>
        `- ${code(id)} (${code(environment)}): ${code(action)} on ${code(target)}`,
    );
  if (effects.length > MOST_EFFECTS) lines.push(`- and ${effects.length - MOST_EFFECTS} more, in the file`);
  return [
    `What is asked: ${code(title)}, release ${code(release_id)}, step ${code(step)}, plan ${code(plan_hash)}.`,
    '',
    'What would be done (the file of this merge request says all of it, and is what counts):',
    '',
    ...lines,
    '',
    'To approve the plan, approve this merge request. To decline it for good, comment why and close it.',
    'A commit that is pushed to the branch makes the approvals void. Merging it changes nothing.',
  ].join('\n');
}
