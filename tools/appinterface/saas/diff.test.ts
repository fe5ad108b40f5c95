import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { NEW, OLD, OTHER, SHAPES } from '../testing/files.ts';
import { unifiedDiff } from './diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'saas-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What git applies, as the judge of a diff. */
function applied(before: string, diff: string): string {
  writeFileSync(join(folder, 'saas.yml'), before);
  writeFileSync(join(folder, 'change.diff'), diff);
  execFileSync('git', ['apply', '--whitespace=nowarn', 'change.diff'], {
    cwd: folder,
    env: { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: tmpdir(), HOME: folder },
  });
  return execFileSync('cat', ['saas.yml'], { cwd: folder }).toString();
}

describe('the diff', () => {
  it('shows the line, with three around it', () => {
    expect(unifiedDiff('saas.yml', SHAPES, SHAPES.replace(OLD, NEW))).toMatchInlineSnapshot(`
      "--- a/saas.yml
      +++ b/saas.yml
      @@ -22,7 +22,7 @@
         - ref: main
           namespace:
             $ref: /services/demo/namespaces/demo-stage.yml
      -  - ref: "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"   # pinned, keep the quotes
      +  - ref: "deadbeefcafe0123456789abcdef0123456789ab"   # pinned, keep the quotes
           name: prod
           namespace:
             $ref: /services/demo/namespaces/demo-prod.yml
      "
    `);
  });

  it('is empty where nothing differs', () => {
    expect(unifiedDiff('saas.yml', SHAPES, SHAPES)).toBe('');
  });

  it.each([
    ['two places', SHAPES, SHAPES.replace(OLD, NEW).replace(`'${OTHER}'`, `'${NEW}'`)],
    ['both ends', 'a\nb\nc\nd\ne\nf\ng\nh\ni\n', 'A\nb\nc\nd\ne\nf\ng\nh\nI\n'],
    ['no final newline', 'a\nb', 'a\nB'],
    ['carriage returns', 'a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n'],
    ['lines beside each other', 'a\nb\nc\nd\n', 'a\nB\nC\nd\n'],
  ])('is one that git applies: %s', (_, before, after) => {
    expect(applied(before, unifiedDiff('saas.yml', before, after))).toBe(after);
  });

  it('is one that git applies, for any lines', () => {
    const lines = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(lines, fc.constantFrom('', '\n'), (some, end) => {
        const before = some.map(([line]) => line).join('\n') + end;
        const after = some.map(([line, changed]) => (changed ? `${line}!` : line)).join('\n') + end;
        if (before === after) return;
        expect(applied(before, unifiedDiff('saas.yml', before, after))).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});
