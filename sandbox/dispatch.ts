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

/** One request from the outside: fault or answer, log entry, delivery. True when a stream stays open. */
export async function dispatch(
  world: World,
  secrets: ReadonlyMap<string, string>,
  origin: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
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
  const violations =
    found.route === undefined ? [] : (found.system?.contract?.problems(found.route, call) ?? []);
  // Decided before the effect happens: a request that never got in must leave no trace but its line in the log.
  const refused = fault === undefined ? undefined : before(fault.fault, fault.retry_after, found.system);
  const secret = secrets.get(system) ?? '';
  const reply = refused === undefined ? answer(found, call, world, secret, violations) : refused.reply;
  const seen = fault !== undefined && isSilent(fault.fault) ? null : (reply?.status ?? null);
  world.record({
    system,
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: found.system?.logged?.(call) ?? body.fields ?? raw.toString('utf8'),
    status: seen,
    expected: found.route !== undefined && violations.length === 0,
    ...(violations.length === 0 ? {} : { violations }),
    mutating: mutates(found.route, call),
    ...(fault === undefined ? {} : { fault: fault.fault }),
  });
  return deliver(res, reply, fault);
}

function mutates(route: Route | undefined, call: Call): boolean {
  if (route === undefined) return !['GET', 'HEAD'].includes(call.method);
  return typeof route.mutates === 'function' ? route.mutates(call) : route.mutates === true;
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

function answer(
  { system, route }: Found,
  call: Call,
  world: World,
  secret: string,
  violations: readonly string[],
): Reply {
  if (system === undefined || route === undefined) {
    return json(501, {
      error: 'unexpected_request',
      message: `the sandbox has no answer for ${call.method} ${call.path}`,
      system: system?.name ?? null,
      method: call.method,
      path: call.path,
    });
  }
  const barred = system.guard?.(call, world, secret);
  if (barred !== undefined) return barred;
  if (violations.length > 0 && system.contract !== undefined) return system.contract.refuse(violations);
  return route.answer(call, world);
}

const WORDS: Record<string, string> = {
  '410': 'Gone',
  '429': 'Too Many Requests',
  '500': 'Internal Server Error',
};

function before(
  fault: string,
  retryAfter: number,
  system: System | undefined,
): { reply: Reply | undefined } | undefined {
  if (fault === 'timeout_before' || fault === 'reset_before') return { reply: undefined };
  const words = WORDS[fault];
  if (words === undefined) return undefined;
  const body = system?.refusal?.(Number(fault)) ?? { error: words };
  return { reply: json(Number(fault), body, fault === '429' ? { 'retry-after': String(retryAfter) } : {}) };
}

function isSilent(fault: string): boolean {
  return fault.startsWith('timeout_') || fault.startsWith('reset_');
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}
