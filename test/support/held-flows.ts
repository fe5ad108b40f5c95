import { flowText } from './fixture-engine.ts';

/*
 * Each asks for an approval, then waits, so that a test can change things before the effect that it covers.
 */

const held = (value: string) => `
  gate:
    needs: [agree]
    wait: { uses: world_get_fact, with: { name: gate }, until: 'result.state == "ready"', every: 1m, timeout: 30d }
  ship:
    needs: [gate]
    environment: production
    uses: world_set_thing
    with: { name: =inputs.item, value: ${value} }
    undo: { none: it stays }
`;

export function heldFlow(quorum = 1): string {
  return flowText(`
  agree:
    approve: { role: approver, quorum: ${quorum} }${held('7')}`);
}

/** What it ships is what it has looked up and shows. */
export function lookFlow(quorum = 1): string {
  return flowText(`
  look:
    uses: world_get_fact
    with: { name: look }
  agree:
    needs: [look]
    approve:
      role: approver
      quorum: ${quorum}
      shows: { value: steps.look.result.value }${held('=steps.look.result.value')}`);
}
