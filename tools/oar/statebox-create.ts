import { emitMap } from './statebox/pyyaml/emit.ts';

/** What a new StateBox begins with; the order of the maps is kept. */
export interface InitialMetadata {
  jira_ticket: string | null;
  advisory_ids: Readonly<Record<string, number>>;
  release_date: string;
  candidate_builds: Readonly<Record<string, string>>;
  shipment_mr: string | null;
}

/** The text of a new StateBox, to the byte as the older automation writes it. */
export function createStateBox(release: string, metadata: InitialMetadata, now: string): string {
  return emitMap({
    schema_version: '1.0',
    release,
    created_at: now,
    updated_at: now,
    metadata: {
      jira_ticket: metadata.jira_ticket,
      advisory_ids: metadata.advisory_ids,
      release_date: metadata.release_date,
      candidate_builds: metadata.candidate_builds,
      shipment_mr: metadata.shipment_mr,
    },
    tasks: [],
    issues: [],
  });
}
