import { z } from 'zod';
import { fromYaml } from '../drift.ts';
import type { OarServices } from '../services.ts';
import { isShipmentFile } from '../shipment.ts';
import type { Shipment } from '../shipment-read.ts';
import { mapBounded } from './bounded.ts';

const ImageParts = z.object({
  shipment: z.object({
    metadata: z.object({ fbc: z.boolean().default(false) }),
    environments: z
      .object({
        stage: z
          .object({ advisory: z.object({ internal_url: z.string().min(1).nullish() }).nullish() })
          .nullish(),
      })
      .nullish(),
    snapshot: z
      .object({
        spec: z
          .object({
            components: z
              .array(z.object({ name: z.string(), containerImage: z.string().min(1).nullish() }))
              .nullish(),
          })
          .nullish(),
      })
      .nullish(),
  }),
});

export interface ShipmentImages {
  path: string;
  fbc: boolean;
  /** Pull specs of its components; one without an image is left out. */
  components: string[];
  /** Where its advisory stands; null until it is released to stage. */
  advisoryUrl: string | null;
}

const FILES_AT_ONCE = 4;

/** The images of every YAML file that the merge request brings. */
export async function shipmentImages(services: OarServices, shipment: Shipment): Promise<ShipmentImages[]> {
  const { project, iid, mergeRequest } = shipment;
  // A source branch may be gone once it is merged; then its files stand on the target.
  const [holder, ref] =
    mergeRequest.state === 'merged'
      ? ([project, mergeRequest.targetBranch] as const)
      : ([mergeRequest.sourceProjectId, mergeRequest.sourceBranch] as const);
  const paths = (await services.gitlab().changedFiles(project, iid)).filter(isShipmentFile);
  return await mapBounded(paths, FILES_AT_ONCE, async (path) =>
    parseImages(path, await services.gitlab().rawFile(holder, path, ref)),
  );
}

export function parseImages(path: string, text: string): ShipmentImages {
  const { metadata, snapshot, environments } = fromYaml(path, text, ImageParts).shipment;
  return {
    path,
    fbc: metadata.fbc || path.includes('.fbc.'),
    components: (snapshot?.spec?.components ?? []).flatMap(({ containerImage }) => containerImage ?? []),
    advisoryUrl: environments?.stage?.advisory?.internal_url ?? null,
  };
}
