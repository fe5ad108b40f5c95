import type { Flow, Step } from '../definition.ts';
import { upstream } from '../graph.ts';

/** The steps so that each comes after all that it needs; otherwise as the flow lists them. */
export function inOrder(flow: Flow): Step[] {
  const done: Step[] = [];
  const ids = new Set<string>();
  let rest = [...flow.steps];
  while (rest.length > 0) {
    const ready = rest.find((step) => [...upstream(flow, step.id)].every((id) => ids.has(id)));
    const next = ready ?? rest[0];
    if (next === undefined) break;
    done.push(next);
    ids.add(next.id);
    rest = rest.filter((step) => step !== next);
  }
  return done;
}
