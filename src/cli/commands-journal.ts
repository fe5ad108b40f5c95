import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exportJournal, importJournal, verifyJournals } from '../flow/journal-files.ts';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { print } from './output.ts';

export function addJournalCommands(program: Command, outcome: Outcome): void {
  const journal = program.command('journal').description('verify, export and import journals').exitOverride();

  command(journal, 'verify', 'check the hash chain of one journal, or of all')
    .argument('[release]', 'its id')
    .option('--head <hash>', 'the hash that the journal is known to have had')
    .action(async (release: string | undefined, options: CommonOptions & { head?: string }) => {
      await withApp(options, async (app) => {
        const { store } = (await app.engine()).services;
        const results = await verifyJournals(store, release, options.head);
        const bad = results.filter((result) => !result.ok);
        show(options, { ok: bad.length === 0, journals: results, location: store.location }, () =>
          [
            ...results.map(
              (result) =>
                `${result.ok ? '✓' : '✗'} ${result.release_id}  ${result.entries} entries  head ${result.head}${result.fault === null ? '' : `\n  ${result.fault.what}`}`,
            ),
            results.length === 0 ? `No journals in ${store.location}.` : '',
          ]
            .filter(Boolean)
            .join('\n'),
        );
        if (bad.length > 0) outcome.exitCode = 3;
      });
    });

  command(journal, 'export', 'write a journal with its payloads, one JSON document a line')
    .argument('<release>', 'its id')
    .option('--out <file>', 'else stdout')
    .action(async (release: string, options: CommonOptions & { out?: string }) => {
      await withApp(options, async (app) => {
        const lines = await exportJournal((await app.engine()).services.store, release);
        const text = `${lines.join('\n')}\n`;
        if (options.out === undefined) print(text);
        else writeFileSync(options.out, text, { mode: 0o600 });
        if (options.out !== undefined)
          show(
            options,
            { release_id: release, file: options.out, lines: lines.length },
            () => `${lines.length} lines in ${options.out}`,
          );
      });
    });

  command(journal, 'import', 'take an exported journal into this state folder')
    .argument('<file>')
    .action(async (file: string, options: CommonOptions) => {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch {
        throw new SluiceError('invalid_input', {
          cause: `${file} cannot be read.`,
          remedy: 'Give a file that `sluice journal export` wrote.',
        });
      }
      await withApp(options, async (app) => {
        const id = await importJournal((await app.engine()).services.store, text, file);
        show(options, { release_id: id }, () => `${id} is here now; see \`sluice status ${id}\`.`);
      });
    });
}
