import { type Call, json, type Reply } from '../http.ts';
import type { Advisory } from '../scenario/schema-errata.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAfter, stepAt } from '../scenario/timeline.ts';
import { type CreatedPush, planFor } from '../store.ts';
import type { World } from '../world.ts';
import type { Erratum } from './errata.ts';

type Outcome = Advisory['push_outcomes'][number];

const TARGETS: Record<string, string> = { stage: 'cdn_stage', live: 'cdn' };

export function listPushes({ id, advisory }: Erratum, world: World): Reply {
  const given = advisory.pushes
    .filter((push) => push.created <= world.now)
    .map((push) => job(push.id, push.target, push.created, push.outcome, world));
  const started = world.store.pushes
    .filter((push) => push.advisory === id)
    .map((push) => job(push.id, push.target, push.created, outcomeOf(advisory, push), world));
  return json(200, [...given, ...started]);
}

export function startPush(erratum: Erratum, world: World, call: Call): Reply {
  const target = TARGETS[call.query.get('defaults') ?? ''];
  if (target === undefined) return refuse('Push targets must be given: use defaults=stage or defaults=live');
  const why = hindrance(erratum, world);
  if (why !== undefined) return refuse(why);
  const nth = world.count(`pushes of ${erratum.id}`);
  const id = world.scenario.errata.first_push_id + world.count('pushes');
  const push: CreatedPush = { advisory: erratum.id, id, target, created: world.now, nth };
  world.store.pushes.push(push);
  world.effect('errata', 'push_created', erratum.id, { id, target });
  return json(201, [job(id, target, world.now, outcomeOf(erratum.advisory, push), world)]);
}

function hindrance({ state, advisory }: Erratum, world: World): string | undefined {
  if (state === 'NEW_FILES') return 'This advisory is in state NEW_FILES and may not be pushed';
  if (state === 'DROPPED_NO_SHIP') return 'This advisory is dropped and may not be pushed';
  if (stepAt(advisory.signed, world.now)?.value !== true) return 'All builds of the advisory must be signed';
  return undefined;
}

function outcomeOf(advisory: Advisory, push: CreatedPush): Outcome {
  // A push nobody wrote a course for stays where it begins.
  return planFor(advisory.push_outcomes, push.nth)?.plan ?? [{ after: 0, status: 'READY' }];
}

function job(id: number, target: string, created: number, course: Outcome, world: World) {
  return {
    id,
    status: stepAfter(course, world.now - created)?.status ?? 'READY',
    target: { id: target === 'cdn' ? 3 : 7, name: target },
    created_at: isoSeconds(created),
  };
}

function refuse(why: string): Reply {
  return json(422, { errors: { base: [why] } });
}
