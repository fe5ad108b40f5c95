import { z } from 'zod';
import { absent, present } from '../../../src/kit/effect.ts';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needSource } from '../services.ts';
import { IssueShape, IssueText, issueDigest } from '../statebox/issue-shape.ts';
import { addIssue, openIssue } from '../statebox/issues.ts';
import { mask } from '../statebox/mask.ts';
import { ISSUE_TASKS } from '../statebox/tasks.ts';
import { stamp } from '../statebox/times.ts';
import { demandBox, readBox, writeBox } from '../statebox/write.ts';
import { stateBoxPath } from '../statebox.ts';

export const addReleaseIssue = defineTool({
  name: 'oar_add_issue',
  title: 'Add an issue to the StateBox',
  description: `Files an issue in a release's StateBox: a blocker of the given tasks, or of the whole release when none is
given. An open issue of the same text is answered instead; a second, different blocker of a task is refused.`,
  effect: 'create',
  key: 'statebox/<path>/issue/<digest of its text>/open',
  settles: '5s',
  input: z.object({
    release: ReleaseName,
    issue: IssueText.meta({ description: 'What is wrong; credentials and addresses are masked.' }),
    blocker: z.boolean().default(true),
    related_tasks: z
      .array(z.enum(ISSUE_TASKS))
      .default([])
      .meta({ description: 'The tasks it is about; none: the release as a whole.' }),
  }),
  output: z.object({
    release: z.string(),
    created: z.boolean().meta({ description: 'False when an open issue of this text was there.' }),
    issue: IssueShape.nullable().meta({ description: 'Null when somebody has resolved it meanwhile.' }),
    summary: z.string(),
  }),
  effects: async (input, { client, now }) => {
    const release = parseRelease(input.release);
    const source = needSource(client, 'statebox');
    const path = stateBoxPath(release);
    const operation = addIssue(input, stamp(now));
    operation.changes((await readBox(source, release)).box);
    return [
      {
        key: `statebox/${path}/issue/${issueDigest(mask(input.issue))}/open`,
        preview: {
          system: 'statebox',
          action: input.blocker ? 'add blocker' : 'add issue',
          target: `${input.related_tasks.join(', ') || 'all tasks'} of ${release.name}`,
          after: mask(input.issue),
        },
        find: async () => {
          const found = openIssue((await readBox(source, release)).box, input.issue);
          return found === undefined ? absent : present({ issue: found.issue });
        },
        send: async (permit) => await writeBox(source, release, operation, stamp(now), permit),
      },
    ];
  },
  result: async (input, { client }, [outcome]) => {
    const box = await demandBox(client, parseRelease(input.release));
    const created = outcome?.outcome === 'sent';
    const about = input.related_tasks.join(', ') || 'the whole release';
    return {
      release: input.release,
      created,
      issue: openIssue(box, input.issue) ?? null,
      summary: `${created ? 'Filed' : 'Was filed already'}: ${input.blocker ? 'a blocker' : 'an issue'} of ${about} in ${input.release}.`,
    };
  },
});
