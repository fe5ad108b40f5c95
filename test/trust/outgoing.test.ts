import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inertText, inertTitle } from '../../src/kit/outgoing.ts';
import { withKey } from '../../tools/git/commit-message.ts';
import { parseMarkdown } from '../../tools/jira/text/markdown.ts';
import { wikiOf } from '../../tools/jira/text/wiki.ts';
import { modules } from '../../tools/modules.ts';
import { healthNote } from '../../tools/oar/images/health-note.ts';
import { neutralise as cell } from '../../tools/sheets/cells.ts';
import { neutralise as slackText } from '../../tools/slack/text.ts';
import { CORPUS, oneLined } from './injection-corpus.ts';
import { expectInert, expectInertOnForge } from './injection-corpus-inert.ts';
import {
  type CorpusWorld,
  GITHUB_REPOSITORY,
  HEAD,
  PLAIN_PROJECT,
  startCorpusWorld,
} from './injection-corpus-world.ts';

const ALL = CORPUS.map(({ text }) => text).join('\n');
const corpus = CORPUS.map(({ id, text }): [string, string] => [id, text]);
/** Of a commit or a tag. A line that reads as a key of ours is refused, before anything is made of it. */
const messageOf = (text: string) => {
  if (!/^Sluice-Key:/im.test(text)) return withKey(text, 'a-key');
  expect(() => withKey(text, 'a-key')).toThrow('Sluice-Key');
  return '';
};
const title = (text: string) =>
  oneLined(text)
    .replace(/\p{Cc}/gu, '')
    .slice(0, 240) || 'empty';

describe('promise 48: one function for each place where texts go', () => {
  it.each(corpus)('%s is inert in each', (_id, text) => {
    const texts = { body: inertText(text), title: inertTitle(text), message: messageOf(text) };
    for (const [path, inert] of Object.entries(texts)) expectInertOnForge({ path, text: inert }, 'inert');
    expectInert({
      method: 'POST',
      path: '/slack/api/x',
      body: String(new URLSearchParams({ text: slackText(text) })),
    });
    expectInert({ method: 'POST', path: '/jira/x', body: JSON.stringify({ body: parseMarkdown(text) }) });
    expect(cell(text)).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/);
  });

  it.each(corpus)('%s calls nobody and runs no macro of Jira Data Center', (_id, text) => {
    // What stands in a block of code of ours is text; its end cannot come early.
    const wiki = wikiOf(parseMarkdown(text)).replace(/\{code(?::[\w+#.-]*)?\}\n[\s\S]*?\n\{code\}/g, '');
    expect(wiki).not.toMatch(/(?<!\\)\[~/);
    expect(wiki.replace(/\{\{|\}\}|\{quote\}/g, '')).not.toMatch(/(?<!\\)\{[a-z]+(?::[^}]*)?(?<!\\)\}/i);
    expect(wiki).not.toMatch(/(?<![\\\p{L}\p{N}])!\S[^!\n]*(?<!\\)!/u);
  });

  it.each(corpus)('%s is a cell of a note about images', (_id, text) => {
    const found = { component: text, architecture: 'amd64', image: text, grade: text };
    const health: Parameters<typeof healthNote>[1] = {
      verdict: 'unhealthy',
      checked: 1,
      unhealthy: [{ ...found, vulnerabilities: [{ cve: text, severity: text, packages: [text] }] }],
    };
    const note = healthNote('4.20.27', health, 'digest');
    expectInertOnForge({ path: 'body', text: note.replace(/<!-- sluice:.*-->$/, '') }, 'note');
    expect(note.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  });
});

type Input = (text: string, n: number) => Record<string, unknown>;

/** Each tool that sends words of its caller to people, with those words hostile. */
const WRITES: Readonly<Record<string, Input>> = {
  slack_post_message: (text, n) => ({ channel: 'demo-releases', text, key: `k${n}` }),
  slack_reply_in_thread: (text, n) => ({ channel: 'demo-releases', thread_key: 'k0', text, key: `r${n}` }),
  slack_update_message: (text) => ({ channel: 'demo-releases', key: 'k0', text }),
  jira_create_issue: (text, n) => ({ project: 'DEMO', title: title(text), description: text, key: `i${n}` }),
  jira_create_subtask: (text, n) => ({
    parent: 'DEMO-101',
    title: title(text),
    description: text,
    key: `s${n}`,
  }),
  jira_update_issue: (text) => ({ key: 'DEMO-104', title: title(text), description: text }),
  jira_add_comment: (text, n) => ({ issue: 'DEMO-101', body: text, key: `c${n}` }),
  jira_create_version: (text, n) => ({ project: 'DEMO', name: `v${n}`, description: title(text) }),
  gitlab_create_merge_request: (text, n) => ({
    project: PLAIN_PROJECT,
    source_branch: `branch-${n}`,
    title: title(text),
    description: text,
  }),
  gitlab_update_merge_request: (text) => ({
    project: PLAIN_PROJECT,
    iid: 1,
    title: title(text),
    description: text,
  }),
  gitlab_add_note: (text, n) => ({ project: PLAIN_PROJECT, iid: 1, body: text, marker: `m${n}` }),
  gitlab_create_release: (text, n) => ({
    project: PLAIN_PROJECT,
    tag: `t${n}`,
    name: title(text),
    description: text,
  }),
  github_create_pull_request: (text, n) => ({
    repository: GITHUB_REPOSITORY,
    head: `branch-${n}`,
    base: 'main',
    title: title(text),
    body: text,
  }),
  github_update_pull_request: (text) => ({
    repository: GITHUB_REPOSITORY,
    number: 1,
    title: title(text),
    body: text,
  }),
  github_add_comment: (text, n) => ({ repository: GITHUB_REPOSITORY, number: 1, body: text, key: `g${n}` }),
  github_create_release: (text, n) => ({
    repository: GITHUB_REPOSITORY,
    tag: `r${n}`,
    commit: HEAD,
    name: title(text),
    notes: text,
  }),
  github_create_tag: (text, n) => ({
    repository: GITHUB_REPOSITORY,
    tag: `g${n}`,
    commit: HEAD,
    message: text.slice(0, 4_000),
  }),
  sheets_update_cells: (text, n) => ({
    document: '4.20',
    cells: [
      { range: `4.20.26!C${n + 1}`, value: text },
      {
        range: `4.20.26!D${n + 1}`,
        value: { formula: 'hyperlink', url: 'https://safe.example/', text: text.slice(0, 900) },
      },
    ],
  }),
};

/** Fields of other tools that take any words, and why none of them reaches people as a text that acts. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'sheets_create_report.advisories': 'cells, as those of sheets_update_cells',
  'sheets_create_report.candidate_builds': 'cells, as those of sheets_update_cells',
  'gitlab_request_plan_approval.title': 'shown as code in a description of ours',
  'slack_ask_approval.text': 'the sink of slack_post_message',
  'slack_tell_person.text': 'the sink of slack_post_message',
  'oar_update_task_status.result': 'a file of ours',
  'oar_update_task_status.reason': 'our own journal',
  'oar_add_issue.issue': 'a file of ours, and the message of its commit by the client of module github',
  'oar_resolve_issue.issue': 'a file of ours, and the message of its commit by the client of module github',
  'oar_resolve_issue.resolution': 'a file of ours',
  'jobs_promote_results.reason': 'a file of ours',
  'konflux_release_create.reason': 'an annotation',
  'konflux_release_retry.reason': 'an annotation',
  'bonfire_namespace_extend.reason': 'our own journal',
  'git_commit_files.files': 'a file is what it is',
  'git_commit_files.message': 'withKey, above',
  'git_create_tag.message': 'withKey, above',
  'appinterface_update_ref.title': 'withKey, above',
  'jira_create_issue.fields': 'long texts as its description',
  'jira_create_subtask.fields': 'long texts as its description',
  'jira_update_issue.fields': 'long texts as its description',
  'jira_transition_issue.fields': 'long texts as the description of an issue',
};
/** Words for which a field is named when it takes any. */
const WORDY =
  /^(?:title|description|body|text|message|notes?|comment|reason|resolution|result|issue|summary|name|value|fields|files|advisories|candidate_builds|question|words)$/;
/** Names that a field of this name takes in a tool, and no words. */
const NAMES = new Set([
  'jira_release_version.name',
  'konflux_pipeline_cancel.name',
  'konflux_pipeline_delete.name',
  'konflux_release_retry.name',
]);

describe('promise 48: every tool that sends words', () => {
  it('is among those that are tried, or says where its words go', () => {
    const wordy = modules.flatMap(({ tools }) =>
      tools
        .filter(({ effect }) => effect !== 'read')
        .flatMap(({ name, input }) =>
          Object.entries(input.shape).flatMap(([field, schema]) => {
            const json = JSON.stringify(
              z.toJSONSchema(z.object({ field: schema as z.ZodType }), {
                io: 'input',
                unrepresentable: 'any',
              }),
            );
            return WORDY.test(field) && json.includes('"string"') ? [`${name}.${field}`] : [];
          }),
        ),
    );
    const tried = (field: string) => Object.hasOwn(WRITES, field.split('.')[0] ?? '');
    const nowhere = wordy.filter(
      (field) => !tried(field) && !Object.hasOwn(ELSEWHERE, field) && !NAMES.has(field),
    );
    expect(nowhere).toEqual([]);
    // What is said of a field that is no more is said of nothing.
    expect(Object.keys(ELSEWHERE).filter((field) => !wordy.includes(field))).toEqual([]);
  });
});

describe('promise 48: what really leaves', { timeout: 300_000 }, () => {
  let world: CorpusWorld;
  beforeAll(async () => {
    world = await startCorpusWorld(CORPUS.map((_one, index) => `Ordinary words, number ${index}.`));
  }, 120_000);
  afterAll(async () => await world?.[Symbol.asyncDispose]());

  /** Every fifth text, those that are commands somewhere, and all of them at once. */
  const tried = [
    ...CORPUS.filter(
      ({ id }, index) => index % 5 === 0 || /^(?:command|mention|close|marker|cell)-/.test(id),
    ).map(({ text }) => text),
    ALL,
  ];

  it.each(Object.entries(WRITES))('%s', async (tool, input) => {
    const before = world.sent().length;
    let sent = 0;
    for (const [n, text] of tried.entries()) {
      const fits = tool.startsWith('slack') ? text.slice(0, 3_900) : text;
      const here = world.sent().length;
      try {
        await world.call(tool, input(fits, n));
      } catch (error) {
        // A note that commands is refused as it is; nothing of it may have left.
        expect(error).toMatchObject({ rule: 'gitlab.no-commands' });
        expect(world.sent().length).toBe(here);
      }
      sent += world.sent().length - here;
    }
    expect(sent).toBeGreaterThanOrEqual(tried.length / 3);
    for (const one of world.sent().slice(before)) expectInert(one);
  });

  it('messages go to channels that the settings allow, and to no other', async () => {
    for (const channel of ['demo-team', 'general', 'C0DEMOTEAM']) {
      const posted = world.call('slack_post_message', { channel, text: 'x', key: 'elsewhere' });
      await expect(posted).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:forbidden|not_found)$/),
      });
    }
    const channels = world
      .sent()
      .filter(({ path }) => path.startsWith('/slack'))
      .map(({ body }) => new URLSearchParams(body).get('channel'));
    expect(new Set(channels)).toEqual(new Set(['C0DEMORELEASES']));
  });

  it.each([
    ['github_add_comment', { repository: 'other/app', number: 1, body: 'x' }, 'github.write_to'],
    [
      'github_create_pull_request',
      { repository: 'other/app', head: 'a', base: 'main', title: 'x' },
      'github.write_to',
    ],
    ['jira_add_comment', { issue: 'OTHER-1', body: 'x' }, 'jira.projects'],
  ])('%s goes to no place that the settings do not open', async (tool, input, rule) => {
    const before = world.sent().length;
    await expect(world.call(tool, input)).rejects.toMatchObject({ code: 'forbidden', rule });
    expect(world.sent()).toHaveLength(before);
  });
});
