import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';

const Entry = z.object({
  msg: z.string().default(''),
  metadata: z
    .object({
      code: z.string().default(''),
      title: z.string().default(''),
      solution: z.string().default(''),
      effective_on: z.string().optional(),
      term: z.union([z.string(), z.array(z.string())]).optional(),
    })
    .default({ code: '', title: '', solution: '' }),
});
const Entries = z.array(Entry).nullish();

/** The JSON report of `ec validate image`, as far as it is read here. */
const Report = z.object({
  success: z.boolean(),
  'ec-version': z.string().default(''),
  'effective-time': z.string().optional(),
  components: z.array(
    z.object({
      name: z.string().default(''),
      containerImage: z.string().default(''),
      success: z.boolean().default(false),
      violations: Entries,
      warnings: Entries,
    }),
  ),
});
export type ConformaReport = z.output<typeof Report>;

export interface Finding {
  code: string;
  title: string;
  message: string;
  solution: string;
  /** When a warning becomes a violation, where the rule says so. */
  effectiveOn: string | undefined;
  components: string[];
}

/**
 * The last report in the log of a step. The report is printed over several lines, between other output;
 * a document that was cut off in the middle is none.
 */
export function lastReport(log: string): ConformaReport | undefined {
  let last: ConformaReport | undefined;
  for (const document of jsonObjects(log)) {
    const report = Report.safeParse(document);
    if (report.success) last = report.data;
  }
  return last;
}

/** Each costs a walk to the end of the text. */
const MOST_UNCLOSED = 20;

/** JSON objects that begin a line, one after the other. */
export function* jsonObjects(text: string): Generator<unknown> {
  const begin = /(?:^|\n)[ \t]*(?=\{)/g;
  let unclosed = 0;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const start = match.index + match[0].length;
    const end = endOf(text, start);
    if (end === undefined) {
      unclosed += 1;
      if (unclosed > MOST_UNCLOSED) return;
    }
    const value = end === undefined ? undefined : parsed(text.slice(start, end));
    // Not JSON after all: what is inside may be.
    begin.lastIndex = value === undefined || end === undefined ? start + 1 : end;
    if (value !== undefined) yield value;
  }
}

/** Behind the brace that closes the one at `start`. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same rule broken in the same words by several images is one finding. */
export function findings(report: ConformaReport, of: 'violations' | 'warnings'): Finding[] {
  const found = new Map<string, Finding>();
  for (const component of report.components) {
    for (const { msg, metadata } of component[of] ?? []) {
      const key = `${metadata.code}\n${msg}`;
      const known = found.get(key);
      if (known !== undefined) {
        if (!known.components.includes(component.name)) known.components.push(component.name);
        continue;
      }
      found.set(key, {
        code: metadata.code,
        title: oneLine(metadata.title, 120),
        message: oneLine(msg, 240),
        solution: oneLine(metadata.solution, 240),
        effectiveOn: metadata.effective_on,
        components: [component.name],
      });
    }
  }
  return [...found.values()].sort((a, b) => b.components.length - a.components.length);
}
