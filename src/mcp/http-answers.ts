import type { IncomingMessage, ServerResponse } from 'node:http';

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** Refusals before a request is understood carry no id. */
export function answerRpcError(
  response: ServerResponse,
  status: number,
  message: string,
  code = -32_600,
): void {
  answerJson(response, status, { jsonrpc: '2.0', id: null, error: { code, message } });
}

type Body = { ok: true; value: unknown } | { ok: false; status: number; message: string; code: number };

/** The JSON of a POST; undefined for requests that carry none. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (request.method !== 'POST') return { ok: true, value: undefined };
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') {
    return { ok: false, status: 415, code: -32_600, message: 'The content type must be application/json.' };
  }
  const bytes = await bytesOf(request, limit);
  if (bytes === undefined)
    return { ok: false, status: 413, code: -32_600, message: `A request has at most ${limit} bytes.` };
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { ok: false, status: 400, code: -32_700, message: 'The body is not JSON.' };
  }
}

/** The body as it came; undefined when it is longer than the limit. */
export async function bytesOf(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const chunk = Buffer.from(part);
    size += chunk.length;
    if (size > limit) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
