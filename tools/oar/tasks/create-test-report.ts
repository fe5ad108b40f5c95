import { z } from 'zod';
import { isoTime } from '../../../src/kit/clock.ts';
import { absent, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { defineTool } from '../define.ts';
import { buildDataOf, notReady } from '../metadata.ts';
import { parseRelease, type Release, ReleaseName } from '../release.ts';
import { needSource, type OarServices } from '../services.ts';
import { isConflict } from '../statebox/write.ts';
import { stateBoxPath } from '../statebox.ts';
import { createStateBox, type InitialMetadata } from '../statebox-create.ts';

export const createTestReport = defineTool({
  name: 'oar_create_test_report',
  title: 'Create the StateBox of a z-stream release',
  description: `Creates the StateBox file of a release from its build data; when it is there already, nothing is written.
The first task of a release. Needs the release's assembly and release date in the build data.`,
  effect: 'create',
  key: 'statebox/<path of the StateBox file>',
  settles: '5s',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    path: z.string(),
    created: z.boolean().meta({ description: 'False when the file was there already.' }),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  effects: async (input, { client, now }) => {
    const release = parseRelease(input.release);
    const source = needSource(client, 'statebox');
    const path = stateBoxPath(release);
    const find = async () =>
      (await source.read(path, release.yStream, 'now')) === undefined ? absent : present({ path });
    // Only a file that is to be made needs what it is made of.
    const initial = (await find()).state === 'present' ? undefined : await initialMetadata(client, release);
    return [
      {
        key: `statebox/${path}`,
        preview: {
          system: 'statebox',
          action: 'create',
          target: path,
          before: initial === undefined ? 'present' : 'absent',
          after: 'present',
        },
        find,
        send: async (permit) => {
          const metadata = initial ?? (await initialMetadata(client, release));
          const text = createStateBox(release.name, metadata, isoTime(now));
          const message = `Initialize StateBox for release ${release.name}`;
          const change = { path, text, message, yStream: release.yStream };
          await source.write(change, permit).catch(async (error: unknown) => {
            // Two that begin at once want one file: the one that is there stays as it is.
            const there = isConflict(error) && (await source.read(path, release.yStream, 'now'));
            if (!there) throw error;
          });
          return { path };
        },
      },
    ];
  },
  result: async (input, { client }, [outcome]) => {
    const release = parseRelease(input.release);
    const path = stateBoxPath(release);
    const created = outcome?.outcome !== 'adopted';
    return {
      release: release.name,
      path,
      created,
      url: needSource(client, 'statebox').url(path, release.yStream),
      summary: `The StateBox of ${release.name} ${created ? 'was created' : 'was there already'}: ${path}.`,
    };
  },
});

async function initialMetadata(services: OarServices, release: Release): Promise<InitialMetadata> {
  needSource(services, 'build_data');
  const assembly = await buildDataOf(services, release);
  if (assembly === undefined) throw notReady(release, 'precondition');
  if (assembly.release_date === null) {
    throw new SluiceError('precondition', {
      cause: `The build data of ${release.name} has no release date.`,
      remedy: 'Have group.release_date entered in the build data.',
    });
  }
  const { jira_ticket, advisories, release_date, candidate_builds, shipment_mr } = assembly;
  return { jira_ticket, advisory_ids: advisories, release_date, candidate_builds, shipment_mr };
}
