import { z } from 'zod';
import { checked, drift, fromYaml } from './drift.ts';

/**
 * A shipment: the YAML files that a merge request `Shipment for <release>` brings, one a kind
 * (image, extras, metadata, fbc, …). The format is closed (elliottlib.shipment_model); we are
 * strict on the parts that an answer rests on.
 */
const COUNTED_SOURCE = 'redhat.atlassian.net';

const ReleaseNotes = z.object({
  type: z.enum(['RHEA', 'RHBA', 'RHSA']),
  live_id: z.int().positive().nullish(),
  issues: z
    .object({ fixed: z.array(z.object({ id: z.string().min(1), source: z.string().min(1) })).nullish() })
    .nullish(),
});

const ShipmentFile = z.object({
  shipment: z.object({
    metadata: z.object({ assembly: z.string().min(1), fbc: z.boolean().default(false) }),
    data: z.object({ releaseNotes: ReleaseNotes }).nullish(),
  }),
});

export interface ShipmentPart {
  path: string;
  /** `image`, `extras`, `metadata`, `fbc`, … */
  kind: string;
  assembly: string;
  /** Jira issues that it fixes. */
  issues: string[];
  advisory: { type: 'RHEA' | 'RHBA' | 'RHSA'; liveId: number | null } | null;
}

const TITLE = /Shipment for (\d+\.\d+\.\d+(?:-\S+)?)/i;

/** The release that a merge request ships; undefined when its title names none. */
export function releaseInTitle(title: string): string | undefined {
  return TITLE.exec(title)?.[1];
}

/** `shipment/…/prod/4.20.27.image.20260625120000.yaml` → image; the older form has a dash: `4.18.3-image.…`. */
export function kindInPath(path: string): string | undefined {
  return /[.-]([a-z][a-z-]*)\.\d{8,}\.ya?ml$/.exec(path)?.[1];
}

export function isShipmentFile(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

export function parseShipmentFile(path: string, text: string): ShipmentPart {
  const { shipment } = fromYaml(path, text, ShipmentFile);
  const notes = shipment.data?.releaseNotes;
  const kind = kindInPath(path) ?? (shipment.metadata.fbc ? 'fbc' : undefined);
  if (kind === undefined) throw drift(path, 'its name does not say which kind of shipment it is');
  if (notes === undefined && !shipment.metadata.fbc) {
    throw drift(path, 'shipment.data.releaseNotes is required: only an fbc shipment may do without');
  }
  const fixed = notes?.issues?.fixed ?? [];
  return {
    path,
    kind,
    assembly: shipment.metadata.assembly,
    issues: [...new Set(fixed.filter(({ source }) => source === COUNTED_SOURCE).map(({ id }) => id))].sort(),
    advisory: notes === undefined ? null : { type: notes.type, liveId: notes.live_id ?? null },
  };
}

export function issuesOf(parts: readonly ShipmentPart[]): string[] {
  return [...new Set(parts.flatMap(({ issues }) => issues))].sort();
}

/** `RHBA-2026:16165`; undefined while the image shipment has no live id. */
export function imageAdvisoryName(parts: readonly ShipmentPart[], year: number): string | undefined {
  const image = parts.find(({ kind }) => kind === 'image');
  if (image?.advisory?.liveId == null) return undefined;
  const year4 = checked('the release date', year, z.int().min(2000).max(2999));
  return `${image.advisory.type}-${year4}:${String(image.advisory.liveId).padStart(4, '0')}`;
}
