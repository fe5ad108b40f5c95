import { describe, expect, it } from 'vitest';
import { isTest } from '../../scripts/borders.ts';
import { readText, sourceFiles } from '../../scripts/modules.ts';

/** Lines of code, without comments, in which a pattern stands. */
function linesWith(pattern: RegExp, path: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  return code.split('\n').flatMap((line, index) => {
    return pattern.test(line.replace(/(^|\s)\/\/.*$/, '')) ? [`${path}:${index + 1}`] : [];
  });
}

function found(
  pattern: RegExp,
  folders: readonly string[],
  except: (path: string) => boolean = () => false,
): string[] {
  return sourceFiles(folders)
    .filter((path) => !isTest(path) && !except(path))
    .flatMap((path) => linesWith(pattern, path, readText(path)));
}

const CLOCKS =
  /\bDate\.now\b|\bMath\.random\b|\bset(?:Timeout|Interval)\b|\bnew Date\(\)|\bperformance\.now\b/;
const FETCH = /(?<![\w.#])fetch\(|\bglobalThis\.fetch\b|\bnew XMLHttpRequest\b|\bfrom 'undici'/;
const NODE_CLIENT = /(?<![\w.#])https?\.(?:get|request)\(/;
const STDOUT = /\bprocess\.stdout\b|\bconsole\.\w+\(/;
const CASTS = /\bas unknown as\b|@ts-ignore|@ts-nocheck|@ts-expect-error/;

describe('code', () => {
  it('goes out through kit/http alone', () => {
    // A function of that name which stands in the file itself is not the global one.
    const own = (path: string) => /\bconst fetch = |\bfetch: LibraryFetch\b/.test(readText(path));
    const way = ['src/kit/http.ts', 'src/kit/transport.ts'];
    expect(found(FETCH, ['src', 'tools'], (path) => way.includes(path) || own(path))).toEqual([]);
    // A client of ours is often named so, too.
    const stranger = (path: string) => !/from 'node:https?'/.test(readText(path));
    expect(found(NODE_CLIENT, ['src', 'tools'], stranger)).toEqual([]);
  });

  it('reads no clock and no chance in the engine', () => {
    expect(found(CLOCKS, ['src/flow'])).toEqual([]);
  });

  it('writes to stdout in the faces alone', () => {
    const face = (path: string) => path.startsWith('src/cli/') || path.startsWith('src/mcp/');
    expect(found(STDOUT, ['src', 'tools'], face)).toEqual([]);
  });

  it('is believed by the compiler', () => {
    expect(found(CASTS, ['src', 'tools', 'sandbox', 'scripts'])).toEqual([]);
  });

  it.each([
    [FETCH, '  const answer = await fetch(url);'],
    [FETCH, 'globalThis.fetch(url)'],
    [CLOCKS, 'const now = Date.now();'],
    [CLOCKS, 'setTimeout(() => undefined, 5);'],
    [CLOCKS, 'const at = new Date();'],
    [STDOUT, "console.log('hello');"],
    [CASTS, 'const x = y as unknown as Z;'],
  ])('is searched with patterns that find: %s %s', (pattern, text) => {
    expect(linesWith(pattern, 'planted.ts', text)).toEqual(['planted.ts:1']);
  });

  it.each([
    [FETCH, 'await client.fetch(url);'],
    [FETCH, 'const prefetch(url)'],
    [CLOCKS, '// Date.now() is not for here'],
    [CLOCKS, 'new Date(ms).toISOString()'],
  ])('is searched with patterns that let be: %s %s', (pattern, text) => {
    expect(linesWith(pattern, 'fine.ts', text)).toEqual([]);
  });
});
