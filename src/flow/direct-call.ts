import type { Clock } from '../kit/clock.ts';
import type { Effect } from '../kit/effect.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Logger } from '../kit/log.ts';
import { performDirect } from '../kit/perform-direct.ts';
import type { CallOptions, Registry } from '../kit/registry.ts';
import { destinationOf, type Flow } from './definition.ts';
import { approvalsOver, doesWith } from './graph.ts';

export interface DirectCallServices {
  registry: Registry;
  flows: Iterable<Flow>;
  clock: Clock;
  log: Logger;
  callLimitMs: number;
  /** Refuses what the flow of an open run does not allow yet; false when no run is open that could say. */
  assertInOrder(tool: string, input: unknown): Promise<boolean>;
  /** Refuses what would reach an environment that is closed now. */
  assertOpen(tool: string, environments: readonly string[]): Promise<void>;
}

export interface DirectCallOptions extends Omit<CallOptions, 'now'> {
  /** Asked before the first request that changes something; throws when a person has not said yes. */
  confirm?: (effects: readonly Effect[]) => Promise<void>;
}

/** One tool called outside any run, by whatever face: a write is looked up, sent once, looked up again. */
export async function callDirect(
  services: DirectCallServices,
  tool: string,
  input: unknown,
  { confirm, ...options }: DirectCallOptions,
): Promise<unknown> {
  const { registry, clock, callLimitMs, log } = services;
  const call = { ...options, now: await clock.now() };
  const { effect } = registry.demand(tool);
  if (effect === 'read') return await registry.read(tool, input, call);
  assertNotBehindApproval(tool, services.flows);
  await services.assertOpen(tool, placesOf(tool, services.flows));
  const ungoverned = !(await services.assertInOrder(tool, input));
  log.info({ tool, effect, by: options.principal }, 'direct write');
  return await registry.write(tool, input, { ...call, ungoverned }, (effects) =>
    performDirect(effects, { clock, callLimitMs, confirm }),
  );
}

/** Where flows lead to with a tool. */
function placesOf(tool: string, flows: Iterable<Flow>): string[] {
  const places = [...flows].flatMap((flow) =>
    flow.steps.filter((step) => doesWith(step, tool)).map((step) => destinationOf(flow, step)),
  );
  return [...new Set(places)];
}

/** What a flow does only after a person has approved it, no direct call does without. */
function assertNotBehindApproval(tool: string, flows: Iterable<Flow>): void {
  for (const flow of flows) {
    for (const step of flow.steps) {
      if (!doesWith(step, tool)) continue;
      const [approval] = approvalsOver(flow, step.id);
      if (approval === undefined) continue;
      throw new SluiceError('needs_approval', {
        cause: `${tool} stands behind the approval ${approval.id} of the flow ${flow.flow}; a direct call would go round it.`,
        remedy: `Drive the flow ${flow.flow}: its step ${step.id} does this once a person has approved.`,
        rule: 'approval',
      });
    }
  }
}
