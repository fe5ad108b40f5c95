import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { parsePullSpec } from '../../quay/client.ts';
import { defineTool } from '../define.ts';
import { drift } from '../drift.ts';
import { type Checked, checkImages } from '../images/consistency.ts';
import { type Payload, readPayload } from '../images/payload.ts';
import { releaseOfPayload } from '../images/pull-spec.ts';
import { readable } from '../images/readable.ts';
import { registryOf } from '../images/registries.ts';
import { shipmentImages } from '../images/shipment-files.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, payloadOf, ReleaseName } from '../release.ts';
import { needPlace } from '../services.ts';
import { demandShipment } from '../shipment-read.ts';

const MOST_SHOWN = 30;

const Missing = z.object({
  name: z.string(),
  pullspec: z.string(),
  same_name_hint: z.array(z.string()).meta({ description: 'Shipment components of the same name label.' }),
});
const Unclear = z.object({ name: z.string(), pullspec: z.string(), cause: z.string() });

export const checkImagesTool = defineTool({
  name: 'oar_check_images',
  title: 'Compare the payload of a release with its shipment',
  description: `Checks here and now, from registry and catalog, that every image of a release's payload is in its shipment or
was shipped before: consistent, inconsistent or inconclusive. What cannot be read is inconclusive, never missing. Starts
nothing; oar_image_consistency_check runs the Prow job.`,
  effect: 'read',
  input: z.object({
    release: ReleaseName,
    payload: z
      .string()
      .optional()
      .meta({ description: "Pull spec; default is the release's own x86_64 payload." }),
  }),
  output: z.object({
    release: z.string(),
    payload: z.string(),
    verdict: z.enum(['consistent', 'inconsistent', 'inconclusive']),
    checked: z.int().meta({ description: 'Images, without the operating system.' }),
    shipped_elsewhere: z.int().meta({ description: 'Not in this shipment, but in the catalog.' }),
    missing: z.array(Missing),
    inconclusive: z.array(Unclear),
    truncated: z.boolean().meta({ description: `Each list shows at most ${MOST_SHOWN}.` }),
    summary: z.string(),
  }),
  run: async ({ release, payload: given }, { client, signal, progress }) => {
    const payload = given ?? payloadOf(client.payloadRepository, release);
    demandRelease(releaseOfPayload(payload, client.payloadRepository), release, payload);
    const catalog = needPlace(client, 'catalog_url');
    const metadata = await metadataOf(client, parseRelease(release));
    const shipment = await demandShipment(client, metadata);
    const files = await shipmentImages(client, shipment);
    const spec = parsePullSpec(payload);
    const registry = registryOf(client.registries, spec);
    const read = await readable(() => existing(readPayload(registry, spec, signal)), signal);
    if (read.state === 'unreadable')
      return report(release, payload, [], { name: 'payload', pullspec: payload, cause: read.cause });
    if ('gone' in read.value) throw read.value.gone;
    const { version, images } = read.value;
    if (version !== release) throw drift(payload, `it is of version ${version}, not of ${release}`);
    progress(`${images.length} images in the payload`);
    const components = files.flatMap((file) => file.components);
    return report(
      release,
      payload,
      await checkImages(images, components, { registries: client.registries, catalog }, signal),
    );
  },
});

/** A payload that its registry does not have is an answer; one that cannot be asked for is none. */
async function existing(reading: Promise<Payload>): Promise<Payload | { gone: SluiceError }> {
  return await reading.catch((error: unknown) => {
    const settled =
      error instanceof SluiceError && ['not_found', 'schema_drift', 'auth', 'forbidden'].includes(error.code);
    if (settled) return { gone: error };
    throw error;
  });
}

function demandRelease(named: string, release: string, payload: string): void {
  if (named === release) return;
  throw new SluiceError('invalid_input', {
    cause: `${payload} is the payload of ${named}, not of ${release}.`,
    remedy: 'Give release and payload of the same release, or leave payload out.',
  });
}

function report(
  release: string,
  payload: string,
  checked: readonly Checked[],
  unread?: z.output<typeof Unclear>,
) {
  const missing: z.output<typeof Missing>[] = [];
  const inconclusive: z.output<typeof Unclear>[] = unread === undefined ? [] : [unread];
  for (const { name, pullspec, verdict } of checked) {
    if (verdict.state === 'missing') missing.push({ name, pullspec, same_name_hint: verdict.sameName });
    if (verdict.state === 'inconclusive') inconclusive.push({ name, pullspec, cause: verdict.cause });
  }
  const elsewhere = checked.filter(({ verdict }) => verdict.state === 'shipped_elsewhere').length;
  // Nothing checked is nothing shown.
  const clear = inconclusive.length === 0 && checked.length > 0;
  const verdict =
    missing.length > 0
      ? ('inconsistent' as const)
      : clear
        ? ('consistent' as const)
        : ('inconclusive' as const);
  return {
    release,
    payload,
    verdict,
    checked: checked.length,
    shipped_elsewhere: elsewhere,
    missing: missing.slice(0, MOST_SHOWN),
    inconclusive: inconclusive.slice(0, MOST_SHOWN),
    truncated: missing.length > MOST_SHOWN || inconclusive.length > MOST_SHOWN,
    summary:
      `The payload of ${release} is ${verdict} with its shipment: ${checked.length} images checked, ` +
      `${elsewhere} shipped before, ${missing.length} missing, ${inconclusive.length} not clear.`,
  };
}
