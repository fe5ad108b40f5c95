import type { Command } from 'commander';
import type { RunReport } from '../flow/report.ts';
import { type ConfirmOptions, confirmRelease } from './confirm.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { renderReport } from './render.ts';
import { SIGNING_KEY, signingKey } from './signing-key.ts';

/** What only people do: approve, decline, decide, waive, cancel. No agent's face has these. */
export function addPeopleCommands(program: Command, _outcome: Outcome): void {
  for (const verdict of ['approve', 'decline'] as const) {
    command(
      program,
      verdict,
      verdict === 'approve'
        ? 'sign the plan that a release asks an approval for'
        : 'refuse the plan; final for that plan',
    )
      .argument('<release>', 'its id or key')
      .requiredOption('--step <step>', 'the approve step')
      .requiredOption('--plan <hash>', 'the plan that you have read (see status)')
      .option(...SIGNING_KEY)
      .option('--reason <text>', 'why')
      .action(
        async (
          release: string,
          options: CommonOptions & { step: string; plan: string; key?: string; reason?: string },
        ) => {
          const keyFile = signingKey(options.key);
          await answer(options, async (app) => {
            const reason = options.reason === undefined ? {} : { reason: options.reason };
            return await (await app.engine()).approve(release, {
              step: options.step,
              plan: options.plan,
              keyFile,
              verdict,
              ...reason,
            });
          });
        },
      );
  }

  command(program, 'confirm', 'say that what a release asks you about is what you meant')
    .argument('<release>', 'its id or key')
    .option('--step <step>', 'the confirm step (default the one that asks)')
    .option('--plan <hash>', 'what you have read (see status); without it you are asked here')
    .option('--decline', 'say no; final for what is shown')
    .option('--reason <text>', 'why; it stands in the journal')
    .action(async (release: string, options: CommonOptions & ConfirmOptions) => {
      await answer(options, async (app) => await confirmRelease(app, release, options));
    });

  command(program, 'decide', 'answer a question of a release, or have a failed step tried again (retry)')
    .argument('<release>', 'its id or key')
    .requiredOption('--step <step>')
    .requiredOption('--option <option>', 'one of the options of the question')
    .requiredOption('--reason <text>', 'why; it stands in the journal')
    .action(
      async (release: string, options: CommonOptions & { step: string; option: string; reason: string }) => {
        const { step, option, reason } = options;
        await answer(
          options,
          async (app) =>
            await (await app.engine()).decide(release, { step, option, reason, by: app.principal }),
        );
      },
    );

  command(program, 'waive', 'let a release pass a gate that does not hold, for a time and a reason')
    .argument('<release>', 'its id or key')
    .requiredOption('--gate <gate>')
    .requiredOption('--reason <text>', 'why; it stands in every later report')
    .requiredOption('--until <time>', 'ISO time at which the waiver ends')
    .action(
      async (release: string, options: CommonOptions & { gate: string; reason: string; until: string }) => {
        const { gate, reason, until } = options;
        await answer(
          options,
          async (app) =>
            await (await app.engine()).waive(release, { gate, reason, until, by: app.principal }),
        );
      },
    );

  command(program, 'cancel', 'end a release at the next safe point')
    .argument('<release>', 'its id or key')
    .requiredOption('--reason <text>', 'why')
    .action(async (release: string, options: CommonOptions & { reason: string }) => {
      await answer(
        options,
        async (app) =>
          await (await app.engine()).cancel(release, { reason: options.reason, by: app.principal }),
      );
    });
}

async function answer(
  options: CommonOptions,
  work: (app: Parameters<Parameters<typeof withApp>[1]>[0]) => Promise<RunReport>,
): Promise<void> {
  await withApp(options, async (app) => {
    const report = await work(app);
    show(options, report, () => renderReport(report));
  });
}
