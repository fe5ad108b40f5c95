import { READY_STATES, type ReleaseAdvisory, undroppedAdvisories } from '../advisories.ts';
import type { Metadata } from '../metadata.ts';
import type { OarServices } from '../services.ts';
import { type Shipment, shipmentOf } from '../shipment-read.ts';

export const SHIPPED_STATES = ['shipped', 'not_yet', 'cancelled'] as const;

export interface Shipped {
  state: (typeof SHIPPED_STATES)[number];
  mergeRequest: { iid: number; state: string } | null;
  advisories: (ReleaseAdvisory & { ready: boolean })[];
  /** What is still missing. */
  open: string[];
}

const PROD = 'prod-release-triggers';

/**
 * Whether a release is out: every advisory that was not dropped is ready, and its images are. A
 * closed merge request is a cancelled release. An outside that does not answer throws: never a no.
 */
export async function shippedState(services: OarServices, metadata: Metadata): Promise<Shipped> {
  const [shipment, undropped] = await Promise.all([
    shipmentOf(services, metadata),
    undroppedAdvisories(services, metadata),
  ]);
  const advisories = undropped.map((one) => ({ ...one, ready: READY_STATES.has(one.advisory.status) }));
  const open = advisories
    .filter(({ ready }) => !ready)
    .map(({ id, advisory }) => `advisory ${id} is ${advisory.status}`);
  const request = shipment?.mergeRequest;
  const closed = request?.state === 'closed';
  if (shipment !== undefined && !closed && !(await imagesOut(services, shipment))) {
    open.push(`merge request !${shipment.iid} is ${shipment.mergeRequest.state}`);
  }
  // Without a shipment the advisories alone must say so, and silence says nothing.
  const known = shipment !== undefined || advisories.length > 0;
  return {
    state: closed ? 'cancelled' : known && open.length === 0 ? 'shipped' : 'not_yet',
    mergeRequest: request === undefined ? null : { iid: request.iid, state: request.state },
    advisories,
    open: closed ? [`merge request !${request.iid} was closed`, ...open] : open,
  };
}

/** Merged, or released to production: by label, or by the stage of the newest pipeline. */
async function imagesOut(services: OarServices, { project, iid, mergeRequest }: Shipment): Promise<boolean> {
  if (mergeRequest.state === 'merged' || mergeRequest.labels.includes('prod-release-success')) return true;
  return (await services.gitlab().stageStatus(project, iid, PROD)).state === 'success';
}
