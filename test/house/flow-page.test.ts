import { describe, expect, it } from 'vitest';
import { readText } from '../../scripts/modules.ts';
import { parseFlow } from '../../src/flow/load.ts';
import { modules } from '../../tools/modules.ts';

const PAGE = 'docs/KONFLUX_RELEASE_FLOW.md';
const page = readText(PAGE);
const flow = parseFlow(readText('skills/z-stream/flow.yaml'), 'flow.yaml');
const tools = new Map(modules.flatMap((module) => module.tools.map((tool) => [tool.name, tool] as const)));

/** As the hosts of markdown make them from headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const anchors = anchorsOf(page);

/** What a lead will meet; errors and notices may point to these. */
const CASES = [
  'release-not-prepared',
  'shipment-without-url',
  'a-release-without-a-shipment',
  'ticket-art-0',
  'advisory-in-new_files',
  'dropped-advisory',
  'push-stuck',
  'push-failed',
  'errata-refuses',
  'security-alerts',
  'missed-cve-trackers',
  'tracker-source-missing',
  'stage-release-not-done',
  'build-not-promoted',
  'stage-testing-failed',
  'images-inconsistent',
  'unhealthy-images',
  'incomplete-job-set',
  'no-test-result',
  'rejected-build',
  'signature-not-published',
  'signature-wrong',
  'kernel-must-not-ship',
  'metadata-url-not-live',
  'partly-approved',
  'plan-changed',
  'closed-merge-request',
  'expired-tokens',
  'strange-answer',
  'slack-sheets-or-jira-is-down',
];

describe(PAGE, () => {
  it('explains every step, in the order of the flow', () => {
    const ids = flow.steps.map(({ id }) => id);
    expect(anchors.filter((anchor) => ids.includes(anchor)).sort()).toEqual([...ids].sort());
  });

  it('has each anchor once', () => {
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it.each(CASES)('says what to do about %s', (name) => {
    const entry = page.split(/^### /m).find((text) => anchorsOf(`### ${text}`)[0] === name);
    expect(entry).toContain('*Shows:*');
    expect(entry).toContain('*Do:*');
  });

  it('has no entry that the list of cases does not know', () => {
    const part = page.slice(page.indexOf('## When it does not go on'));
    expect(anchorsOf(part).slice(1)).toEqual(CASES);
  });

  it('links to headings that are there', () => {
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  it('gives commands that can be run', () => {
    const calls = [...page.matchAll(/sluice call (\w+) '([^']+)'/g)];
    expect(calls.length).toBeGreaterThan(5);
    for (const [line, name = '', input = ''] of calls) {
      const parsed = tools.get(name)?.input.safeParse(JSON.parse(input));
      expect(parsed?.success, line).toBe(true);
    }
    const named = [...page.matchAll(/--(?:step|gate) ([a-z][a-z-]+)/g)].map(([, id = '']) => id);
    expect(named.filter((id) => !flow.steps.some((step) => step.id === id))).toEqual([]);
    const gates = [...page.matchAll(/--gate ([a-z][a-z-]+)/g)].map(([, id = '']) => id);
    expect(gates.filter((id) => flow.steps.find((step) => step.id === id)?.kind !== 'gate')).toEqual([]);
    const options = [...page.matchAll(/--step (decide-[a-z-]+) --option ([a-z-]+)/g)];
    for (const [line, id, option = ''] of options)
      expect(flow.steps.find((step) => step.id === id)?.decide?.options, line).toHaveProperty(option);
  });

  it('names only tools that there are', () => {
    const named = [...page.matchAll(/`((?:oar|errata|prow|jenkins|jobs|release_controller)_[a-z_]+)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !tools.has(name))).toEqual([]);
  });
});
