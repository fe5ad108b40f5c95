import { z } from 'zod';
import { absent, present } from '../../../src/kit/effect.ts';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needSource } from '../services.ts';
import { IssueShape, IssueText, issueDigest } from '../statebox/issue-shape.ts';
import { issueToResolve, openIssue, resolveIssue } from '../statebox/issues.ts';
import { stamp } from '../statebox/times.ts';
import { demandBox, readBox, writeBox } from '../statebox/write.ts';
import { stateBoxPath } from '../statebox.ts';

export const resolveReleaseIssue = defineTool({
  name: 'oar_resolve_issue',
  title: 'Resolve an issue in the StateBox',
  description: `Marks one open issue of a release's StateBox as resolved, with how. The issue is named by its whole text, or by
words that stand in one open issue only; else the answer lists those that fit.`,
  effect: 'update',
  key: 'statebox/<path>/issue/<digest of its text>/resolved',
  settles: '5s',
  input: z.object({
    release: ReleaseName,
    issue: IssueText.meta({ description: 'Text of the issue, or words that stand in no other open one.' }),
    resolution: IssueText.meta({ description: 'How it was resolved; credentials and addresses are masked.' }),
  }),
  output: z.object({
    release: z.string(),
    changed: z.boolean().meta({ description: 'False when it was resolved in these words already.' }),
    issue: IssueShape,
    summary: z.string(),
  }),
  effects: async ({ release: name, issue, resolution }, { client, now }) => {
    const release = parseRelease(name);
    const source = needSource(client, 'statebox');
    const path = stateBoxPath(release);
    // Words are looked up once: later they could mean an issue that was filed since.
    const meant = issueToResolve((await readBox(source, release)).box, issue, resolution);
    const operation = resolveIssue(meant.issue, resolution, stamp(now));
    return [
      {
        key: `statebox/${path}/issue/${issueDigest(meant.issue)}/resolved`,
        preview: {
          system: 'statebox',
          action: 'resolve issue',
          target: meant.issue,
          before: meant.resolved ? 'resolved' : 'open',
          after: 'resolved',
        },
        find: async () =>
          openIssue((await readBox(source, release)).box, meant.issue) === undefined
            ? present({ issue: meant.issue })
            : absent,
        send: async (permit) => await writeBox(source, release, operation, stamp(now), permit),
      },
    ];
  },
  result: async ({ release, issue, resolution }, { client }, [outcome]) => {
    const box = await demandBox(client, parseRelease(release));
    const changed = outcome?.outcome === 'sent';
    const stored =
      box.issues.findLast((one) => one.resolved && sameIssue(one.issue, issue)) ??
      issueToResolve(box, issue, resolution);
    return {
      release,
      changed,
      issue: stored,
      summary: `${changed ? 'Resolved' : 'Was resolved already'} in ${release}: ${stored.issue}`,
    };
  },
});

function sameIssue(stored: string, wanted: string): boolean {
  return stored.toLowerCase().includes(wanted.trim().toLowerCase());
}
