import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import type { MergeRequest } from '../gitlab/client.ts';
import { drift } from './drift.ts';
import { see } from './flow-page.ts';
import type { Metadata } from './metadata.ts';
import type { OarServices } from './services.ts';
import { isShipmentFile, parseShipmentFile, releaseInTitle, type ShipmentPart } from './shipment.ts';

export interface Shipment {
  project: string;
  iid: number;
  mergeRequest: MergeRequest;
  /** `hybrid-platforms/art/ocp-shipment-data!609`. */
  name: string;
}

/** The shipment's merge request; undefined for a release whose images have advisories of their own. */
export async function shipmentOf(services: OarServices, metadata: Metadata): Promise<Shipment | undefined> {
  if (metadata.shipment_mr === null) return undefined;
  const { project, iid } = services.gitlab().parseMergeRequestUrl(metadata.shipment_mr);
  const mergeRequest = await services.gitlab().getMergeRequest(project, iid);
  const name = `${project}!${iid}`;
  const shipped = releaseInTitle(mergeRequest.title);
  if (shipped !== metadata.release.name) {
    throw drift(name, `its title names ${shipped ?? 'no release'}, not ${metadata.release.name}`);
  }
  return { project, iid, mergeRequest, name };
}

export async function demandShipment(services: OarServices, metadata: Metadata): Promise<Shipment> {
  const shipment = await shipmentOf(services, metadata);
  if (shipment !== undefined) return shipment;
  throw new SluiceError('precondition', {
    cause: `${metadata.release.name} has no shipment merge request.`,
    remedy: `This task is for releases with a shipment; check group.shipment.url in the build data. ${see('a-release-without-a-shipment')}`,
  });
}

export async function shipmentParts(
  services: OarServices,
  shipment: Shipment,
  metadata: Metadata,
): Promise<ShipmentPart[]> {
  const { project, iid, mergeRequest } = shipment;
  // A source branch may be gone once it is merged; then its files stand on the target.
  const [holder, ref] =
    mergeRequest.state === 'merged'
      ? ([project, mergeRequest.targetBranch] as const)
      : ([mergeRequest.sourceProjectId, mergeRequest.sourceBranch] as const);
  const paths = (await services.gitlab().changedFiles(project, iid)).filter(isShipmentFile);
  const parts = await Promise.all(
    paths.map(async (path) => parseShipmentFile(path, await services.gitlab().rawFile(holder, path, ref))),
  );
  const { name, assembly } = metadata.release;
  const strange = parts.find((part) => part.assembly !== name && part.assembly !== assembly);
  if (strange !== undefined)
    throw drift(strange.path, `it is of the assembly ${strange.assembly}, not of ${assembly}`);
  return parts;
}

const STAGE = 'stage-release-triggers';

/** `NotYet` until the images are released to stage: by label, or by the stage of the newest pipeline. */
export async function demandStageRelease(
  services: OarServices,
  { project, iid, mergeRequest, name }: Shipment,
) {
  if (mergeRequest.labels.includes('stage-release-success')) return;
  const stage = await services.gitlab().stageStatus(project, iid, STAGE);
  if (stage.state === 'success') return;
  const pipeline = stage.pipelineId === undefined ? 'no pipeline yet' : `pipeline ${stage.pipelineId}`;
  throw new NotYet(`The stage release of ${name} is not done: ${STAGE} is ${stage.state} (${pipeline}).`, {
    remedy: `Wait for the stage release; if its pipeline failed, ask for it to be run again. ${see('stage-release-not-done')}`,
  });
}
