import { describe, expect, it } from 'vitest';
import { findings, jsonObjects, lastReport } from './conforma-report.ts';

const entry = (code: string, msg: string) => ({
  msg,
  metadata: { code, title: `Title of ${code}`, solution: `Mend ${code}.`, collections: ['demo'] },
});
const report = (success: boolean, components: object[]) => ({
  success,
  components,
  key: 'k8s://x/key',
  policy: { sources: [{ ruleData: { a: '} {' } }] },
  'ec-version': 'v0.7.1',
  'effective-time': '2026-01-15T10:00:00Z',
});
const one = report(false, [{ name: 'demo', containerImage: 'x', violations: [entry('a.b', 'Bad')] }]);

describe('the last report in a log', () => {
  it('is found between other output', () => {
    const log = `+ jq .\n${JSON.stringify(report(true, []))}\nnoise { not json }\n${JSON.stringify(one)}\nbye\n`;
    expect(lastReport(log)).toMatchObject({ success: false, components: [{ name: 'demo' }] });
  });

  it('may be printed over lines that break at every token, as the task does', () => {
    const broken = JSON.stringify(one, null, 2).replaceAll(/\n +/g, '\n');
    expect(lastReport(`before\n${broken}\nafter`)).toMatchObject({ components: [{ name: 'demo' }] });
  });

  it('braces and quotes in its texts do not end it', () => {
    const odd = report(false, [{ name: 'demo', violations: [entry('a.b', '{"x": "\\"}" \\ {{')] }]);
    expect(lastReport(JSON.stringify(odd))?.components[0]?.violations?.[0]?.msg).toBe('{"x": "\\"}" \\ {{');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'error: no such image'],
    ['JSON of another kind', '{"result":"SUCCESS"}\n[1,2]'],
    ['a report that was cut off', JSON.stringify(one).slice(0, -20)],
  ])('is not there in %s', (_, log) => {
    expect(lastReport(log)).toBeUndefined();
  });

  it('a whole one before one that was cut off is taken', () => {
    const log = `${JSON.stringify(report(true, []))}\n${JSON.stringify(one).slice(0, -20)}`;
    expect(lastReport(log)).toMatchObject({ success: true });
  });

  it('text full of open braces costs little', () => {
    const began = performance.now();
    expect([...jsonObjects('{\n'.repeat(200_000))]).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('findings', () => {
  it('are one for each rule and message, with the components that have it', () => {
    const read = lastReport(
      JSON.stringify(
        report(false, [
          { name: 'a', violations: [entry('x.y', 'Same'), entry('q', 'Only a')] },
          { name: 'b', violations: [entry('x.y', 'Same')], warnings: [entry('w', 'Warned')] },
          { name: 'c', violations: null },
        ]),
      ),
    );
    if (read === undefined) throw new Error('no report');
    expect(findings(read, 'violations')).toMatchObject([
      { code: 'x.y', title: 'Title of x.y', solution: 'Mend x.y.', components: ['a', 'b'] },
      { code: 'q', components: ['a'] },
    ]);
    expect(findings(read, 'warnings')).toMatchObject([{ code: 'w', components: ['b'] }]);
  });
});
