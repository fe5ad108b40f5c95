import { applied, type Operation } from '../../tools/oar/statebox/operation.ts';
import { parseStateBox, type StateBox } from '../../tools/oar/statebox.ts';
import { createStateBox } from '../../tools/oar/statebox-create.ts';

export const AT = '2026-06-25T12:00:00Z';

export const fresh = createStateBox(
  '4.20.27',
  {
    jira_ticket: 'ART-21265',
    advisory_ids: { rpm: 169025, rhcos: 169026 },
    release_date: '2026-Jun-30',
    candidate_builds: { x86_64: '4.20.0-0.nightly-2026-06-24-204339' },
    shipment_mr: 'https://gitlab.example/ocp-shipment-data/-/merge_requests/609',
  },
  AT,
);

/** A StateBox in memory: operations one after the other, and what they left. */
export function memoryBox(text = fresh) {
  let now = text;
  return {
    get text() {
      return now;
    },
    get box(): StateBox {
      return parseStateBox('memory', now);
    },
    /** Whether anything was written. */
    apply(operation: Operation, at = AT): boolean {
      const next = applied(now, parseStateBox('memory', now), operation, at);
      now = next ?? now;
      return next !== undefined;
    },
    task(name: string) {
      return parseStateBox('memory', now).tasks.filter((task) => task.name === name);
    },
  };
}
