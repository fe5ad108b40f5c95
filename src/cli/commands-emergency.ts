import type { Command } from 'commander';
import { isoTime } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { renderReport } from './render.ts';
import { SIGNING_KEY, signingKey } from './signing-key.ts';

/** Going round a rule in an emergency, and looking into it afterwards. A person's, never an agent's. */
export function addEmergencyCommands(program: Command, _outcome: Outcome): void {
  command(program, 'break-glass', 'go round one rule of one release in an emergency: signed, told, reviewed')
    .argument('<release>', 'its id or key')
    .requiredOption('--what <rule>', 'a gate, a rule of the house (freeze/NAME …) or an approve step')
    .requiredOption('--reason <text>', 'why; it stands in every later report')
    .option('--until <time>', 'ISO time (default four hours from now, a day at most)')
    .option(...SIGNING_KEY)
    .action(
      async (
        release: string,
        options: CommonOptions & { what: string; reason: string; until?: string; key?: string },
      ) => {
        const keyFile = signingKey(options.key);
        await withApp(options, async (app) => {
          const report = await (await app.engine()).breakGlass(release, {
            what: options.what,
            reason: options.reason,
            keyFile,
            by: app.principal,
            ...(options.until === undefined ? {} : { until: options.until }),
          });
          show(options, report, () => renderReport(report));
        });
      },
    );

  command(program, 'review', 'close the review of what was gone round; without a release, every open one')
    .argument('[release]', 'its id or key')
    .option('--review <review>', 'which one (see status)')
    .option('--finding <text>', 'what you found and what follows from it')
    .action(
      async (release: string | undefined, options: CommonOptions & { review?: string; finding?: string }) => {
        await withApp(options, async (app) => {
          const engine = await app.engine();
          if (release === undefined) {
            const reviews = (await engine.reviews()).map(({ release_id, review }) => ({
              release_id,
              review: review.review,
              what: review.what,
              reason: review.reason,
              by: review.by.id,
              at: isoTime(review.at),
            }));
            show(options, { reviews }, () =>
              reviews.length === 0
                ? 'No review is open.'
                : reviews
                    .map(
                      (one) =>
                        `${one.release_id}  ${one.review}  ${one.what} by ${one.by} at ${one.at}: ${one.reason}`,
                    )
                    .join('\n'),
            );
            return;
          }
          if (options.review === undefined || options.finding === undefined) {
            throw new SluiceError('invalid_input', {
              cause: 'Which review, and what was found, is missing.',
              remedy: `sluice review ${release} --review ID --finding "…" (\`sluice review\` lists what is open).`,
            });
          }
          const { review, finding } = options;
          const report = await engine.review(release, { review, finding, by: app.principal });
          show(options, report, () => renderReport(report));
        });
      },
    );
}
