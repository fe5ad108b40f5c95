import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { FaultSpec } from '../faults.ts';
import { json, type Reply } from '../http.ts';
import { loadScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/schema.ts';
import { isoSeconds, parseDuration, parseInstant } from '../scenario/time.ts';
import type { World } from '../world.ts';

const ClockMove = z.union(
  [z.strictObject({ to: z.string() }), z.strictObject({ advance: z.union([z.string(), z.number()]) })],
  { error: 'say either {"to": an ISO instant} or {"advance": "30m" or milliseconds}' },
);

const ScenarioChange = z.union(
  [
    z.strictObject({ scenario: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
    z.strictObject({ patch: z.record(z.string(), z.unknown()) }),
  ],
  { error: 'say either {"scenario": a name or the scenario itself} or {"patch": what changes}' },
);

type Handler = (world: World, body: unknown) => Reply | Promise<Reply>;

const HANDLERS: Record<string, Handler> = {
  'GET /clock': (world) => clockReply(world),
  'POST /clock': moveClock,
  'GET /requests': (world) => json(200, { requests: world.requests }),
  'GET /effects': (world) => json(200, { effects: world.effects }),
  'GET /faults': (world) => json(200, { faults: world.faults.list() }),
  'POST /faults': (world, body) => {
    world.faults.add(FaultSpec.parse(body));
    return json(200, { faults: world.faults.list() });
  },
  'DELETE /faults': (world) => {
    world.faults.clear();
    return json(200, { faults: [] });
  },
  'GET /scenario': (world) => json(200, { scenario: world.raw }),
  'POST /scenario': changeScenario,
};

/** The director's side: whatever goes wrong here is the director's mistake, so 400 with the reason. */
export async function control(world: World, req: IncomingMessage, path: string): Promise<Reply> {
  const name = `${req.method ?? 'GET'} ${path}`;
  const handler = HANDLERS[name];
  if (handler === undefined) {
    return json(404, { error: `no control ${name}; there are: ${Object.keys(HANDLERS).join(', ')}` });
  }
  try {
    return await handler(world, await readJson(req));
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
    if (error instanceof ScenarioError || error instanceof SyntaxError)
      return json(400, { error: error.message });
    throw error;
  }
}

function clockReply(world: World): Reply {
  return json(200, { now: new Date(world.now).toISOString() });
}

async function moveClock(world: World, body: unknown): Promise<Reply> {
  const move = ClockMove.parse(body);
  const step = 'to' in move ? parseInstant(move.to) : parseDuration(move.advance);
  if (step === undefined)
    return json(400, { error: 'give to: an ISO instant with zone, or advance: 30m or milliseconds' });
  const moved = await world.clock.move((now) => ('to' in move ? step : now + step));
  if (!moved) return json(400, { error: `time does not go back: it is ${isoSeconds(world.now)} already` });
  return clockReply(world);
}

async function changeScenario(world: World, body: unknown): Promise<Reply> {
  const change = ScenarioChange.parse(body);
  if ('patch' in change) {
    world.patch(change.patch);
  } else {
    const raw = loadScenario(change.scenario);
    await world.clock.idle();
    world.replace(raw);
  }
  return json(200, { scenario: world.raw, now: new Date(world.now).toISOString() });
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  let source = '';
  for await (const chunk of req) source += String(chunk);
  return source === '' ? undefined : JSON.parse(source);
}
