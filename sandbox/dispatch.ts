import type { IncomingMessage, ServerResponse } from 'node:http';
import { deliver } from './delivery.ts';
import { type Call, json, matchPath, parseBody, type Reply, type Route, type System } from './http.ts';
import { SYSTEMS } from './systems/index.ts';
import type { World } from './world.ts';

interface Found {
  system: System | undefined;
  route: Route | undefined;
  params: Map<string, string>;
}

/** One request from the outside: fault or answer, log entry, delivery. */
export async function dispatch(
  world: World,
  secrets: ReadonlyMap<string, string>,
  origin: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', origin);
  const method = req.method ?? 'GET';
  const raw = await readAll(req);
  const found = find(method, url.pathname);
  const body = parseBody(raw, req.headers['content-type']);
  const system = found.system?.name ?? url.pathname.split('/')[1] ?? '';
  const fault = world.faults.take({ system, method, path: url.pathname });
  const call: Call = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: req.headers,
    body,
    base: `${origin}/${system}`,
    param: (name) => found.params.get(name) ?? '',
  };
  // Decided before the effect happens: a request that never got in must leave no trace but its line in the log.
  const refused = fault === undefined ? undefined : before(fault.fault, fault.retry_after);
  const reply = refused === undefined ? answer(found, call, world, secrets.get(system) ?? '') : refused.reply;
  const seen = fault !== undefined && isSilent(fault.fault) ? null : (reply?.status ?? null);
  world.record({
    system,
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: body.fields ?? raw.toString('utf8'),
    status: seen,
    expected: found.route !== undefined,
    mutating: found.route === undefined ? !['GET', 'HEAD'].includes(method) : found.route.mutates === true,
    ...(fault === undefined ? {} : { fault: fault.fault }),
  });
  await deliver(res, reply, fault);
}

function find(method: string, path: string): Found {
  const system = SYSTEMS.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
  const inside = path.slice((system?.name.length ?? 0) + 1);
  for (const route of system?.routes ?? []) {
    if (route.method !== (method === 'HEAD' ? 'GET' : method)) continue;
    const params = matchPath(route.path, inside);
    if (params !== undefined) return { system, route, params };
  }
  return { system, route: undefined, params: new Map() };
}

function answer({ system, route }: Found, call: Call, world: World, secret: string): Reply {
  if (system === undefined || route === undefined) {
    return json(501, {
      error: 'unexpected_request',
      message: `the sandbox has no answer for ${call.method} ${call.path}`,
      system: system?.name ?? null,
      method: call.method,
      path: call.path,
    });
  }
  return system.guard?.(call, world, secret) ?? route.answer(call, world);
}

function before(fault: string, retryAfter: number): { reply: Reply | undefined } | undefined {
  if (fault === 'timeout_before' || fault === 'reset_before') return { reply: undefined };
  if (fault === '429') {
    return { reply: json(429, { error: 'Too Many Requests' }, { 'retry-after': String(retryAfter) }) };
  }
  if (fault === '500') return { reply: json(500, { error: 'Internal Server Error' }) };
  return undefined;
}

function isSilent(fault: string): boolean {
  return fault.startsWith('timeout_') || fault.startsWith('reset_');
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}
