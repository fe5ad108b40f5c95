import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ToolContext } from '../../../src/kit/tool.ts';
import { parsePullSpec } from '../../quay/client.ts';
import { drift } from '../drift.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease } from '../release.ts';
import { needPlace, type OarServices } from '../services.ts';
import { demandShipment, demandStageRelease, type Shipment } from '../shipment-read.ts';
import { advisoryImages, type ShippedImage } from './advisory-file.ts';
import { IMAGES_AT_ONCE, mapBounded } from './bounded.ts';
import { imagesByDigest, vulnerabilitiesOf } from './catalog.ts';
import { gradeOf, isHealthy } from './grade.ts';
import { readable } from './readable.ts';
import { shipmentImages } from './shipment-files.ts';

export const Unhealthy = z.object({
  component: z.string(),
  architecture: z.string(),
  image: z.string(),
  grade: z.string().meta({ description: 'C to F, or Unknown.' }),
  vulnerabilities: z.array(
    z.object({ cve: z.string(), severity: z.string(), packages: z.array(z.string()) }),
  ),
});
export const Unclear = z.object({ image: z.string(), cause: z.string() });

export interface Health {
  shipment: Shipment;
  verdict: 'healthy' | 'unhealthy' | 'inconclusive';
  checked: number;
  unhealthy: z.output<typeof Unhealthy>[];
  inconclusive: z.output<typeof Unclear>[];
}

type Context = Pick<ToolContext<OarServices>, 'client' | 'now' | 'signal'>;
type Finding = { unhealthy?: z.output<typeof Unhealthy>; unclear?: z.output<typeof Unclear> };

/** Every container that the shipment released to stage, by its freshness grade. Waits for that release. */
export async function healthOf(name: string, context: Context): Promise<Health> {
  const { client, signal } = context;
  needPlace(client, 'pyxis_url');
  const metadata = await metadataOf(client, parseRelease(name));
  const shipment = await demandShipment(client, metadata);
  await demandStageRelease(client, shipment);
  const files = (await shipmentImages(client, shipment)).filter(({ fbc }) => !fbc);
  const lists = await mapBounded(files, IMAGES_AT_ONCE, async (file) => ({
    file,
    read: await readable(() => advisoryImages(client, file), signal),
  }));
  const unread = lists.flatMap(({ file, read }) =>
    read.state === 'unreadable' ? [{ image: file.path, cause: read.cause }] : [],
  );
  const listed = lists.flatMap(({ read }) => (read.state === 'read' ? read.value : []));
  // A list that names nothing is no evidence of health.
  if (listed.length === 0 && unread.length === 0)
    throw drift(shipment.name, 'its advisories on stage name no image');
  const images = [...new Map(listed.map((image) => [image.pullspec, image])).values()];
  const findings = await mapBounded(images, IMAGES_AT_ONCE, (image) => examine(image, context));
  const unhealthy = findings.flatMap(({ unhealthy }) => unhealthy ?? []);
  const inconclusive = [...unread, ...findings.flatMap(({ unclear }) => unclear ?? [])];
  const verdict = unhealthy.length > 0 ? 'unhealthy' : inconclusive.length > 0 ? 'inconclusive' : 'healthy';
  return { shipment, verdict, checked: images.length, unhealthy, inconclusive };
}

async function examine(image: ShippedImage, { client, now, signal }: Context): Promise<Finding> {
  const pyxis = needPlace(client, 'pyxis_url');
  const { pullspec, component, architecture } = image;
  const known = await readable(
    async () => await imagesByDigest(pyxis, parsePullSpec(pullspec).digest, signal),
    signal,
  );
  if (known.state === 'unreadable') return { unclear: { image: pullspec, cause: known.cause } };
  const [first] = known.value.images;
  if (first === undefined) return { unclear: { image: pullspec, cause: 'Pyxis does not know this image.' } };
  const grade = gradeOf(first, now);
  if (isHealthy(grade)) return {};
  const found = await readable(() => vulnerabilitiesOf(pyxis, first, signal), signal);
  // Its grade alone is enough; what it suffers from is for people.
  const vulnerabilities = found.state === 'read' ? found.value : [];
  return { unhealthy: { component, architecture, image: pullspec, grade, vulnerabilities } };
}

export function healthSummary(
  release: string,
  { verdict, checked, unhealthy, inconclusive }: Health,
): string {
  const parts = [
    `${unhealthy.length} unhealthy`,
    ...(inconclusive.length === 0 ? [] : [`${inconclusive.length} not read`]),
  ];
  return `The images of ${release} are ${verdict}: ${checked} checked, ${parts.join(', ')}.`;
}

/** The same result has the same digest, whenever it is found and in whatever order. */
export function healthDigest({ verdict, checked, unhealthy }: Health): string {
  const lines = unhealthy.map(({ image, grade }) => `${image} ${grade}`).sort();
  return createHash('sha256')
    .update([verdict, checked, ...lines].join('\n'))
    .digest('hex')
    .slice(0, 16);
}
