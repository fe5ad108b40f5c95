import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { style } from './output.ts';

/** Evidence for auditors: made from a journal, verified from the file alone. */
export function addEvidenceCommands(program: Command, outcome: Outcome): void {
  const evidence = command(
    program,
    'evidence',
    'write the evidence of a release: ten answers, attestations, journal',
  )
    .argument('<release>', 'its id or key')
    .option('--out <file>', 'where (default RELEASE.evidence.json here); the page stands beside it as .md')
    .option('--key <file>', 'private SSH key that signs the attestations (no passphrase)')
    .action(async (release: string, options: CommonOptions & { out?: string; key?: string }) => {
      await withApp(options, async (app) => {
        const { makeBundle } = await import('../flow/evidence/bundle.ts');
        const { dsseSigner } = await import('../kit/dsse.ts');
        const signer = options.key === undefined ? undefined : await dsseSigner(options.key);
        const bundle = await makeBundle(release, (await app.engine()).services, signer);
        const file = options.out ?? `${bundle.release_id}.evidence.json`;
        const page = `${file.replace(/\.json$/, '')}.md`;
        writeFileSync(file, `${JSON.stringify(bundle, null, 1)}\n`, { mode: 0o600 });
        writeFileSync(page, bundle.page, { mode: 0o600 });
        const open = bundle.answers.filter(({ answered }) => !answered);
        const facts = {
          release_id: bundle.release_id,
          sandbox: bundle.sandbox,
          file,
          page,
          attestations: bundle.attestations.length,
          signed_by: bundle.signed_by,
          answered: bundle.answers.length - open.length,
          open: open.map(({ number, question }) => `${number}. ${question}`),
        };
        show(options, facts, () =>
          [
            bundle.page,
            `${file}: ${facts.attestations} attestations${bundle.signed_by === null ? ', unsigned' : ''}, ${bundle.journal.length} lines of journal`,
            `Next: sluice evidence verify ${file}`,
          ].join('\n'),
        );
      });
    });

  command(evidence, 'verify', 'check a bundle with nothing but the bundle')
    .argument('<file>')
    .option('--head <hash>', 'a head of the journal that you know from elsewhere')
    .option('--signers <file>', 'an allowed_signers file of your own, instead of the one in the bundle')
    .action(async (file: string, _own: object, verify: Command) => {
      // Its parent has --json too, and takes it.
      const options: CommonOptions & { head?: string; signers?: string } = verify.optsWithGlobals();
      const { verifyBundle } = await import('../flow/evidence/verify.ts');
      const { head, signers } = options;
      const found = await verifyBundle(read(file), file, {
        ...(head === undefined ? {} : { head }),
        ...(signers === undefined ? {} : { signers }),
      });
      show(options, found, () =>
        [
          `${found.release_id}${found.sandbox ? style('  SANDBOX', 'yellow') : ''}`,
          ...found.checks.map(
            ({ name, ok, detail }) => `${ok ? style('✓', 'green') : style('✗', 'red')} ${name}: ${detail}`,
          ),
          found.ok ? 'The bundle holds.' : 'The bundle does NOT hold.',
        ].join('\n'),
      );
      if (!found.ok) outcome.exitCode = 3;
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new SluiceError('invalid_input', {
      cause: `${file} cannot be read.`,
      remedy: 'Give a file that `sluice evidence` wrote.',
    });
  }
}
