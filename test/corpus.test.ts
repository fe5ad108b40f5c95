import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../src/flow/decide.ts';
import { answersOf } from '../src/flow/evidence/answers.ts';
import { readRecord } from '../src/flow/evidence/record.ts';
import { loadExpressions } from '../src/flow/expression.ts';
import { readExport } from '../src/flow/journal-files.ts';
import { reportOf } from '../src/flow/report.ts';

const FOLDER = join(import.meta.dirname, 'corpus');
const VERSIONS = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const JOURNALS = VERSIONS.flatMap(({ name }) =>
  readdirSync(join(FOLDER, name))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => [name, file.replace('.jsonl', '')] as const),
);

/** Journals of every version that ever was: this one folds, judges and answers from each of them. */
describe('promise 6: a journal recorded by', () => {
  it('at least one version is there', () => {
    expect(JOURNALS.length).toBeGreaterThan(0);
  });

  it.each(JOURNALS)('%s, %s, is read as it was written', async (version, name) => {
    const text = readFileSync(join(FOLDER, version, `${name}.jsonl`), 'utf8');
    const wanted = JSON.parse(readFileSync(join(FOLDER, version, `${name}.json`), 'utf8'));
    const { row, entries, payloads } = readExport(text, name);
    const bodies = new Map(payloads.map(({ digest, body }) => [digest, body]));
    const record = await readRecord(row, entries, { payloads: async () => bodies });
    const now = record.state.updatedAt;
    const expressions = await loadExpressions();
    const moments = { now, wall: 0, gone: new Set<string>() };
    const decision = decide(record.state, moments, expressions);
    expect(decide(record.state, moments, expressions)).toEqual(decision);
    const report = reportOf(record.state, decision, now);
    const steps = report.steps.map(({ id, kind, state, attempt }) => ({ id, kind, state, attempt }));
    expect({ state: report.state, plan_hash: report.plan_hash, steps }).toEqual({
      state: wanted.state,
      plan_hash: wanted.plan_hash,
      steps: wanted.steps,
    });
    expect(answersOf(record)).toHaveLength(10);
  });
});
