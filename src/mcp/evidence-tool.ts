import { z } from 'zod';
import type { App } from '../app.ts';
import { cleanDeep } from '../kit/text.ts';
import type { FaceTool } from './face-tool.ts';
import { ownTool } from './own-tool.ts';

const MOST_LINES = 8;

const Answer = z.object({
  number: z.number(),
  question: z.string(),
  answer: z.array(z.string()),
  answered: z.boolean(),
});

/** What an auditor would ask, answered from the journal. The bundle itself is written by the command line. */
export function evidenceTool(app: App): FaceTool {
  return ownTool({
    name: 'release_evidence',
    title: 'Evidence of a release',
    description:
      'The ten questions of a change audit (what, why, who asked, who approved, tests, order, version, way back, result), answered from the journal of a release, with its head. A person writes the verifiable bundle with `sluice evidence`.',
    effect: 'read',
    input: z.object({ release_id: z.string().min(1).meta({ description: 'As release_list shows it.' }) }),
    output: z.object({
      release_id: z.string(),
      sandbox: z.boolean(),
      head: z.string().meta({ description: 'Hash of the last entry of its journal.' }),
      entries: z.number(),
      answers: z.array(Answer),
      next: z.string(),
      summary: z.string(),
    }),
    run: async ({ release_id }) => {
      const [{ recordOf }, { answersOf }] = await Promise.all([
        import('../flow/evidence/bundle.ts'),
        import('../flow/evidence/answers.ts'),
      ]);
      const record = await recordOf(release_id, (await app.engine()).services);
      const answers = answersOf(record).map(({ number, question, answer, answered }) => ({
        number,
        question,
        answer:
          answer.length > MOST_LINES
            ? [...answer.slice(0, MOST_LINES), `and ${answer.length - MOST_LINES} more`]
            : answer,
        answered,
      }));
      const open = answers.filter(({ answered }) => !answered).length;
      return app.redactor.deep(
        cleanDeep({
          release_id: record.row.id,
          sandbox: record.row.sandbox,
          head: record.row.headHash,
          entries: record.entries.length,
          answers,
          next: `A person writes the bundle: sluice evidence ${record.row.id}`,
          summary: `${record.row.id}: ${answers.length - open} of ${answers.length} questions answered from ${record.entries.length} entries.`,
        }),
      );
    },
  });
}
