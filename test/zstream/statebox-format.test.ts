import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Change, edit } from '../../tools/oar/statebox/edit.ts';
import { emitMap } from '../../tools/oar/statebox/pyyaml/emit.ts';
import { parseStateBox } from '../../tools/oar/statebox.ts';
import { createStateBox } from '../../tools/oar/statebox-create.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';

const files = corpusFiles('statebox');
const boxOf = (file: string) => {
  const text = corpusText(`statebox/${file}`);
  return { text, box: parseStateBox(file, text, file.replace(/\.yaml$/, '')) };
};

describe('the form of a StateBox', () => {
  test.skipIf(noCorpus)(`Z-S2 every recorded file is written again to the byte ${needsCorpus}`, () => {
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const { text, box } = boxOf(file);
      expect(emitMap(parse(text))).toBe(text);
      expect(parseStateBox(file, emitMap(parse(text)))).toEqual(box);
      expect(typeof box.release).toBe('string');
    }
  });

  test.skipIf(noCorpus)(`Z-S2 several lines survive ${needsCorpus}`, () => {
    const { box } = boxOf('4.17.55.yaml');
    expect(box.tasks[0]?.result?.split('\n')).toHaveLength(6);
  });

  test.skipIf(noCorpus)(`what is not touched keeps its bytes ${needsCorpus}`, () => {
    for (const file of files) {
      const { text, box } = boxOf(file);
      for (const change of someChanges(box.tasks.length, box.issues.length)) {
        const edited = edit(text, [change]);
        expect(linesLost(text, edited), `${file} ${JSON.stringify(change)}`).toBeLessThan(
          2 + oldLines(text, change),
        );
        expect(emitMap(parse(edited))).toBe(edited);
      }
    }
  });

  test('any text comes back as it was', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ' ',
        '\n',
        ': ',
        ' #',
        '- ',
        "'",
        '"',
        '\\',
        '✓',
        '😀',
        '4.20',
        'yes',
        'word '.repeat(20),
      ),
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('').toWellFormed());
    fc.assert(
      fc.property(text, text, (a, b) => {
        const value = {
          metadata: { a, builds: {} },
          tasks: [{ name: a, result: b, related: [a, b] }],
          issues: [],
        };
        expect(parse(emitMap(value))).toEqual(value);
      }),
    );
  });

  test('a file by hand keeps its comments and its style', () => {
    const text = `# by hand
schema_version: "1.0"   # as ever
release: 4.20.99
tasks:
  - name: take-ownership
    status: Pass # at last
    result: >
      folded
      text
issues: [ ]
`;
    expect(
      edit(text, [
        { set: ['tasks', 0, 'status'], to: 'Fail' },
        { append: 'tasks', item: { name: 'stage-testing', status: 'Pass' } },
        { append: 'issues', item: { issue: 'a: b' } },
      ]),
    ).toBe(`# by hand
schema_version: "1.0"   # as ever
release: 4.20.99
tasks:
  - name: take-ownership
    status: Fail # at last
    result: >
      folded
      text
  - name: stage-testing
    status: Pass
issues:
- issue: 'a: b'
`);
  });

  test('a style that cannot be edited in place is written anew, with the same content', () => {
    const text = `{schema_version: '1.0', tasks: [{name: a, status: Pass}], issues: []}\n`;
    const edited = edit(text, [{ append: 'tasks', item: { name: 'b', status: 'Fail' } }]);
    expect(parse(edited)).toEqual({
      schema_version: '1.0',
      tasks: [
        { name: 'a', status: 'Pass' },
        { name: 'b', status: 'Fail' },
      ],
      issues: [],
    });
  });

  test('text that ends in empty lines keeps them when something follows', () => {
    const text = emitMap({ tasks: [{ name: 'a', result: 'x\n\n' }], issues: [] });
    const edited = edit(text, [{ append: 'tasks', item: { name: 'b' } }]);
    expect(edited.startsWith(text.slice(0, text.indexOf('issues:')))).toBe(true);
    expect(parse(edited).tasks[0].result).toBe('x\n\n');
  });

  test.skipIf(noCorpus)(`Z-S1 a new file is the recorded one to the byte ${needsCorpus}`, () => {
    const { text, box } = boxOf('4.20.28.yaml');
    const metadata = { ...box.metadata, release_date: box.metadata.release_date ?? '' };
    expect(createStateBox('4.20.28', metadata, box.created_at)).toBe(text);
  });
});

function someChanges(tasks: number, issues: number): Change[] {
  const item = { name: 'drop-bugs', status: 'Pass', result: 'one\ntwo' };
  const changes: Change[] = [
    { set: ['updated_at'], to: '2026-07-03T00:00:00Z' },
    { set: ['metadata', 'advisory_ids', 'image'], to: 1 },
    { set: ['metadata', 'shipment_mr'], to: null },
    { append: 'tasks', item },
    { append: 'issues', item: { issue: "it's: broken", related_tasks: [] } },
  ];
  for (let i = 0; i < tasks; i += 1) changes.push({ set: ['tasks', i, 'status'], to: 'Fail' });
  for (let i = 0; i < tasks; i += 1) changes.push({ set: ['tasks', i, 'result'], to: 'x' });
  for (let i = 0; i < issues; i += 1) changes.push({ set: ['issues', i, 'resolution'], to: 'done: all' });
  return changes;
}

/** How many lines of the old text are not in the new one. */
function linesLost(before: string, after: string): number {
  const left = new Map<string, number>();
  for (const line of after.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return before.split('\n').filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  }).length;
}

/** The lines that the old value took. */
function oldLines(text: string, change: Change): number {
  if (!('set' in change)) return 0;
  const [list, index, field] = change.set;
  const value = typeof index === 'number' ? parse(text)[String(list)][index][String(field)] : '';
  return emitMap({ [String(field)]: value ?? null }, 2).split('\n').length;
}
