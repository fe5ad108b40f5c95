import type { StateBox } from '../statebox.ts';
import type { Change } from './edit.ts';
import type { Operation } from './operation.ts';

/** What is to be known; null and what is left out say nothing, so they take nothing away. */
export interface MetadataPatch {
  jira_ticket?: string | null;
  advisory_ids?: Readonly<Record<string, number>>;
  release_date?: string | null;
  candidate_builds?: Readonly<Record<string, string>>;
  shipment_mr?: string | null;
}

/** Advisories and builds are merged by their kind, everything else is replaced. */
export function mergeMetadata(patch: MetadataPatch): Operation {
  return {
    message: 'Update metadata',
    changes: (box) => [
      ...scalars(box, patch),
      ...entries('advisory_ids', box.metadata.advisory_ids, patch.advisory_ids),
      ...entries('candidate_builds', box.metadata.candidate_builds, patch.candidate_builds),
    ],
  };
}

function scalars({ metadata }: StateBox, patch: MetadataPatch): Change[] {
  const fields = ['jira_ticket', 'release_date', 'shipment_mr'] as const;
  return fields.flatMap((field): Change[] => {
    const to = patch[field];
    return to === undefined || to === null || to === metadata[field]
      ? []
      : [{ set: ['metadata', field], to }];
  });
}

function entries(
  field: 'advisory_ids' | 'candidate_builds',
  old: Readonly<Record<string, string | number>>,
  patch: Readonly<Record<string, string | number>> = {},
): Change[] {
  // An empty map has no lines of its own, and the file may say null there.
  const some = Object.keys(patch).length > 0;
  if (some && Object.keys(old).length === 0) return [{ set: ['metadata', field], to: { ...patch } }];
  return Object.entries(patch).flatMap(([kind, to]): Change[] =>
    old[kind] === to ? [] : [{ set: ['metadata', field, kind], to }],
  );
}
