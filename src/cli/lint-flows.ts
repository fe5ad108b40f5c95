import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { App } from '../app.ts';
import type { Flow } from '../flow/definition.ts';
import { loadExpressions } from '../flow/expression.ts';
import { lintFlow } from '../flow/lint.ts';
import type { Finding } from '../flow/lint-words.ts';
import { parseFlow } from '../flow/load.ts';
import { flowsOf } from '../flow/skills.ts';
import { SluiceError } from '../kit/errors.ts';

/** The findings of the lint in these files or folders; without any, in every flow that there is. */
export async function lintAll(
  app: App,
  paths: readonly string[],
): Promise<{ file: string; flow: string | null; findings: Finding[] }[]> {
  const expressions = await loadExpressions();
  const flows = flowsOf(app.skills);
  const files: { file: string; flow: () => Flow }[] =
    paths.length === 0
      ? [...app.skills.values()].flatMap(({ folder, flow }) =>
          flow === undefined ? [] : [{ file: join(folder, 'flow.yaml'), flow: () => flow }],
        )
      : paths.map((path) => {
          const file =
            path.endsWith('.yaml') || path.endsWith('.yml')
              ? resolve(path)
              : join(resolve(path), 'flow.yaml');
          return { file, flow: () => parseFlow(readFlow(file), file) };
        });
  return files.map(({ file, flow }) => {
    try {
      const parsed = flow();
      const known = new Map(flows).set(parsed.flow, parsed);
      return { file, flow: parsed.flow, findings: lintFlow(parsed, app.registry, expressions, known) };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return { file, flow: null, findings: [{ at: 'file', what: error.message, remedy: error.remedy }] };
    }
  });
}

function readFlow(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new SluiceError('not_found', {
      cause: `${file} cannot be read.`,
      remedy: 'Give a flow.yaml or a skill folder.',
    });
  }
}
