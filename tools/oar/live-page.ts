import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import { path } from '../../src/kit/url.ts';
import { see } from './flow-page.ts';
import type { Metadata } from './metadata.ts';
import { needPlace, type OarServices } from './services.ts';
import { imageAdvisoryName } from './shipment.ts';
import { type Shipment, shipmentParts } from './shipment-read.ts';

const LOOK_AGAIN_SECONDS = 30 * 60;

/**
 * `NotYet` until the page that the payload's metadata points to is live: the one of the image
 * advisory of this very release, not of the newest one in its stream.
 */
export async function demandLivePage(
  services: OarServices,
  metadata: Metadata,
  shipment: Shipment | undefined,
): Promise<void> {
  const portal = needPlace(services, 'portal_url');
  const name = await imageAdvisory(services, metadata, shipment);
  if (name === undefined) return;
  const target = path`/errata/${name}`;
  const answer = await portal.get(target, { headers: { accept: 'text/html, */*' }, accept: [404] });
  if (answer.status !== 404) return;
  throw new NotYet(`The metadata URL /errata/${name} of ${metadata.release.name} is not live yet.`, {
    remedy: `Nothing to do: it goes live about the release date. ${see('metadata-url-not-live')}`,
    lookAgainSeconds: LOOK_AGAIN_SECONDS,
  });
}

async function imageAdvisory(services: OarServices, metadata: Metadata, shipment: Shipment | undefined) {
  if (shipment === undefined) {
    const image = metadata.advisories.image;
    return image === undefined ? undefined : (await services.errata().getAdvisory(image)).name;
  }
  if (metadata.release_day === null) {
    throw new SluiceError('precondition', {
      cause: `The release date of ${metadata.release.name} is not known, and the name of its image advisory carries the year.`,
      remedy: 'Have group.release_date entered in the build data.',
    });
  }
  const parts = await shipmentParts(services, shipment, metadata);
  const name = imageAdvisoryName(parts, new Date(metadata.release_day).getUTCFullYear());
  if (name !== undefined) return name;
  throw new NotYet(`The image shipment of ${metadata.release.name} in ${shipment.name} has no live id yet.`, {
    remedy: `Wait until the shipment has one. ${see('metadata-url-not-live')}`,
    lookAgainSeconds: LOOK_AGAIN_SECONDS,
  });
}
