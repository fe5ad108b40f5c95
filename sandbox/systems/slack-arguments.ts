import { type Call, json, type Reply } from '../http.ts';

/** Arguments of a Web API method by name: Slack takes the same ones as query, form or JSON. */
export type Args = (name: string) => string | undefined;

const COMMON = ['token', 'team_id'];
const STAMP = /^\d{1,12}\.\d{1,9}$/;
const FLAG = /^(?:true|false|0|1)$/;

/** What an argument must look like, by its name; the others are any text. */
const SHAPES: Record<string, RegExp> = {
  ts: STAMP,
  thread_ts: STAMP,
  message_ts: STAMP,
  oldest: /^\d+(?:\.\d+)?$/,
  latest: /^\d+(?:\.\d+)?$/,
  limit: /^\d{1,4}$/,
  inclusive: FLAG,
  include_all_metadata: FLAG,
  exclude_archived: FLAG,
  unfurl_links: FLAG,
  unfurl_media: FLAG,
  link_names: FLAG,
  email: /^[^@\s]+@[^@\s]+$/,
  types: /^(?:(?:public_channel|private_channel|mpim|im)(?:,|$))+$/,
};

export function argsOf(call: Call): Args {
  return (name) => {
    const value = call.body.fields?.[name] ?? call.query.get(name) ?? undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** Stricter than Slack about names that it does not know: those are our mistakes. */
export function argumentsFault(call: Call, known: readonly string[]): Reply | undefined {
  if (call.body.fields === undefined) return refusal('invalid_json');
  const args = argsOf(call);
  const given = [...new Set([...Object.keys(call.body.fields), ...call.query.keys()])];
  const problems = given.flatMap((name) => {
    if (![...COMMON, ...known].includes(name)) return [`[ERROR] no such argument: ${name}`];
    const value = args(name);
    const shape = SHAPES[name];
    return value === undefined || shape === undefined || shape.test(value)
      ? []
      : [`[ERROR] invalid value [json-pointer:/${name}]`];
  });
  return problems.length === 0 ? undefined : invalidArguments(problems);
}

export function invalidArguments(problems: readonly string[]): Reply {
  return json(200, { ok: false, error: 'invalid_arguments', response_metadata: { messages: problems } });
}

export function refusal(error: string): Reply {
  return json(200, { ok: false, error });
}

/** One page by Slack's cursors; undefined for a cursor that nobody was given. */
export function page<T>(args: Args, items: readonly T[], most = 1000) {
  const size = Math.min(most, Math.max(1, Number(args('limit') ?? 100) || 100));
  const cursor = args('cursor') ?? '';
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8'));
  if (!Number.isInteger(start)) return undefined;
  const more = items.length > start + size;
  const next = more ? Buffer.from(String(start + size)).toString('base64') : '';
  return { items: items.slice(start, start + size), more, metadata: { next_cursor: next } };
}

export function isOn(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

/** JSON in an argument; undefined when it is none. */
export function parsed(source: string | undefined): unknown {
  if (source === undefined) return undefined;
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
