import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { defineTool, limitOf, plural, Ref, Repo, short } from '../define.ts';

const TEXT_CAP = 8_000;

export const getFile = defineTool({
  name: 'github_get_file',
  title: 'Get a file',
  description: `
Text of a file at a commit, tag or branch, from a line on, with the id of this version (blob). For a gate or a record
name a commit: a branch moves. What is not text is refused.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    path: z.string().min(1).max(1_000),
    ref: Ref,
    from_line: z.int().min(1).default(1),
    limit: limitOf(200, 1_000).describe('lines'),
  }),
  output: z.object({
    repository: z.string(),
    path: z.string(),
    blob: z.string(),
    lines: z.array(z.string()),
    total_lines: z.int(),
    truncated: z.boolean(),
    next_line: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, path, ref, from_line, limit }, { client }) => {
    const file = await client.getFile(repository, path, ref);
    if (file === undefined) throw missing(repository, path, ref);
    if (file.text.includes('\0')) throw binary(repository, path);
    const all = file.text.split('\n');
    if (all.at(-1) === '') all.pop();
    const lines: string[] = [];
    let size = 0;
    for (const line of all.slice(from_line - 1, from_line - 1 + limit)) {
      size += line.length;
      if (size > TEXT_CAP && lines.length > 0) break;
      lines.push(line.slice(0, TEXT_CAP));
    }
    const end = from_line - 1 + lines.length;
    return {
      repository,
      path,
      blob: file.sha,
      lines,
      total_lines: all.length,
      truncated: end < all.length || from_line > 1,
      next_line: end < all.length ? end + 1 : null,
      summary: `${short(path)} at ${short(ref)} has ${plural(all.length, 'line')}${lines.length < all.length ? `; these are ${lines.length} of them` : ''}.`,
    };
  },
});

function missing(repository: string, path: string, ref: string): SluiceError {
  return new SluiceError('not_found', {
    cause: `github: there is no file ${short(path)} at ${ref} in ${repository}, or the token may not see it.`,
    remedy: 'Check repository, ref and path: GitHub answers the same for each of them.',
    status: 404,
  });
}

function binary(repository: string, path: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `github: ${short(path)} in ${repository} is not text.`,
    remedy: 'Only text can be shown.',
  });
}
