import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { blameOf } from './blame.ts';
import { commitOf } from './commits.ts';
import { EMPTY_TREE, patchOf, statOf } from './diff.ts';
import { fileAt } from './files.ts';
import { defineTool, From, limitOf, linesOf, Path, plural, Ref, Repo } from './inputs.ts';
import { checkPath } from './names.ts';
import { shortId } from './sha.ts';
import type { FileStat } from './types.ts';

const MOST_FILES = 50;
const LINE_CAP = 500;

const PatchBytes = z
  .int()
  .min(0)
  .max(40_000)
  .default(5_000)
  .describe('how much of the patch; 0 for the counts alone');

const Stats = z.array(
  z.object({
    path: z.string(),
    from: z.string().optional().describe('its former path'),
    added: z.int(),
    deleted: z.int(),
    binary: z.boolean(),
  }),
);

function cutLines(lines: readonly string[]): string[] {
  return lines.map((line) => (line.length > LINE_CAP ? `${line.slice(0, LINE_CAP)}…` : line));
}

function counts(files: readonly FileStat[]): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const deleted = files.reduce((sum, file) => sum + file.deleted, 0);
  return `${plural(files.length, 'file')}, ${added} lines added, ${deleted} deleted`;
}

const show = defineTool({
  name: 'git_show',
  title: 'Show a commit or a file',
  description: `
Without path: a commit with its message, the files it changes (against its first parent) and the beginning of its
patch. With path: the text of a file as it is at a commit, tag or branch, from start_line on. Text is shown without
invisible characters. Who wrote which line: git_blame.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    ref: Ref,
    remote: From,
    path: Path.optional(),
    start_line: z.int().min(1).default(1),
    lines: limitOf(150, 1_000).describe('of a file'),
    patch_bytes: PatchBytes,
  }),
  output: z.object({
    repository: z.string(),
    commit: z.string(),
    author: z.string(),
    date: z.string(),
    subject: z.string(),
    message: z.string(),
    parents: z.array(z.string()),
    files: Stats,
    patch: z.array(z.string()),
    path: z.string().nullable(),
    text: z.array(z.string()).describe('lines of the file'),
    total_lines: z.int().nullable().describe('null for what is not text'),
    bytes: z.int().nullable(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async (input, { client, signal }) => {
    const { repository, ref, remote, path } = input;
    const { mirror } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const { commit } = await client.resolve(repository, ref, at);
    const info = await commitOf(mirror, commit, signal);
    const common = {
      repository,
      commit,
      author: info.author,
      date: info.committed,
      subject: info.subject,
      message: path === undefined ? info.body : '',
      parents: info.parents,
    };
    if (path === undefined) {
      const base = info.parents[0] ?? EMPTY_TREE;
      const files = await statOf(mirror, base, commit, [], signal);
      const patch = await patchOf(mirror, base, commit, [], input.patch_bytes, signal);
      return {
        ...common,
        files: files.slice(0, MOST_FILES),
        patch: cutLines(linesOf(patch.text)),
        path: null,
        text: [],
        total_lines: null,
        bytes: null,
        truncated: patch.cut || files.length > MOST_FILES,
        summary: `${shortId(commit)} of ${repository} by ${info.author}: ${counts(files)}.`,
      };
    }
    const file = await fileAt(mirror, commit, path, signal);
    if (file === undefined) throw noFile(repository, path, commit);
    const all = file.text === null ? [] : linesOf(file.text);
    const text = all.slice(input.start_line - 1, input.start_line - 1 + input.lines);
    return {
      ...common,
      files: [],
      patch: [],
      path,
      text: cutLines(text),
      total_lines: file.text === null ? null : all.length,
      bytes: file.bytes,
      truncated: input.start_line - 1 + text.length < all.length,
      summary:
        file.text === null
          ? `${path} at ${shortId(commit)} of ${repository} is not text: ${file.bytes} bytes.`
          : `${path} at ${shortId(commit)} of ${repository}: lines ${input.start_line} to ${input.start_line - 1 + text.length} of ${all.length}.`,
    };
  },
});

function noFile(repository: string, path: string, commit: string): SluiceError {
  return new SluiceError('not_found', {
    cause: `There is no file ${path} in ${repository} at ${commit}.`,
    remedy: 'Check the path; git_log with path tells when it was there.',
  });
}

const diff = defineTool({
  name: 'git_diff',
  title: 'Show a difference',
  description: `
How two commits, tags or branches differ: lines added and deleted by file, and the beginning of the patch. With
since_merge_base it shows what head changed since it went its own way, as a merge request does. Narrow it by paths.
Which commits lie between: git_compare.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    base: Ref,
    head: Ref,
    remote: From,
    paths: z.array(Path).max(20).default([]),
    since_merge_base: z.boolean().default(false),
    patch_bytes: PatchBytes,
  }),
  output: z.object({
    repository: z.string(),
    base: z.string(),
    head: z.string(),
    files: Stats.describe('the first 50'),
    files_changed: z.int(),
    patch: z.array(z.string()),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async (input, { client, signal }) => {
    const { repository, remote } = input;
    const { mirror } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const paths = input.paths.map(checkPath);
    const { commit: given } = await client.resolve(repository, input.base, at);
    const { commit: head } = await client.resolve(repository, input.head, at);
    const base = input.since_merge_base ? await mirror.mergeBase(given, head, signal) : given;
    if (base === undefined) throw noHistory(input.base, input.head);
    const files = await statOf(mirror, base, head, paths, signal);
    const patch = await patchOf(mirror, base, head, paths, input.patch_bytes, signal);
    return {
      repository,
      base,
      head,
      files: files.slice(0, MOST_FILES),
      files_changed: files.length,
      patch: cutLines(linesOf(patch.text)),
      truncated: patch.cut || files.length > MOST_FILES,
      summary: `${input.base} and ${input.head} of ${repository} differ in ${counts(files)}.`,
    };
  },
});

function noHistory(base: string, head: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `${base} and ${head} share no history.`,
    remedy: 'Leave since_merge_base away.',
  });
}

const blame = defineTool({
  name: 'git_blame',
  title: 'Show who wrote lines',
  description: `
Which commit each line of a file comes from, with author, time and subject; neighbouring lines of one commit stand
together. Answers who to ask about a setting and since when it holds. At most 200 lines a call: give start_line.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    ref: Ref.optional().describe('the default branch when absent'),
    remote: From,
    path: Path,
    start_line: z.int().min(1).default(1),
    lines: limitOf(60, 200),
  }),
  output: z.object({
    repository: z.string(),
    commit: z.string(),
    path: z.string(),
    parts: z.array(
      z.object({
        start_line: z.int(),
        end_line: z.int(),
        commit: z.string(),
        author: z.string(),
        date: z.string(),
        subject: z.string(),
        text: z.array(z.string()),
      }),
    ),
    total_lines: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async (input, { client, signal }) => {
    const { repository, remote, path, start_line: start } = input;
    const { mirror, settings } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const ref = input.ref ?? settings.default_branch;
    const { commit } = await client.resolve(repository, ref, at);
    const file = await fileAt(mirror, commit, path, signal);
    if (file === undefined) throw noFile(repository, path, commit);
    const total = file.text === null ? 0 : linesOf(file.text).length;
    if (start > total) {
      throw new SluiceError('invalid_input', {
        cause: `${path} at ${commit} has ${total} lines of text, none from line ${start} on.`,
        remedy: 'Give a smaller start_line.',
      });
    }
    const end = Math.min(total, start - 1 + input.lines);
    const parts = await blameOf(mirror, commit, path, { start, end }, signal);
    const commits = new Set(parts.map((part) => part.commit)).size;
    return {
      repository,
      commit,
      path,
      parts: parts.map((part) => ({ ...part, text: cutLines(part.text) })),
      total_lines: total,
      truncated: end < total,
      summary: `Lines ${start} to ${end} of ${path} (${total} in all) come from ${plural(commits, 'commit')}.`,
    };
  },
});

export const contentTools = [show, diff, blame];
