import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Cluster } from './cluster.ts';
import type { KubeObject, ResourceType } from './resource.ts';

/** Where a look at one object stopped, so that a later call goes on from there. Opaque for callers. */
const Token = z.strictObject({
  v: z.literal(1),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  version: z.string(),
});
type Token = z.output<typeof Token>;

export interface Followed<T> {
  /** As last seen. */
  object: T;
  finished: boolean;
  /** Give it to the next call: it goes on where this one stopped, and notices another object of the same name. */
  resumeToken: string;
  /** How often the object changed while we looked. */
  changes: number;
}

export interface FollowOptions<T> {
  namespace?: string | undefined;
  /** From an earlier call. `stale` when the object of that call is gone and another has its name. */
  resumeToken?: string | undefined;
  /** Milliseconds of this machine's time; the answer comes at the latest then. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Whether nothing more is to be expected. */
  finished(object: T): boolean;
  /** At each change, the first look included. */
  onChange?(object: T): void;
}

const RECONNECT_MS = 500;

/**
 * Follows one object by a watch until it is finished or the deadline comes, which is no error. When the
 * watch expires (410) or breaks, the object is read again and the watch goes on from there.
 */
export async function follow<T extends KubeObject>(
  cluster: Cluster,
  type: ResourceType<T>,
  name: string,
  options: FollowOptions<T>,
): Promise<Followed<T>> {
  const namespace = type.namespaced ? await cluster.namespace(options.namespace) : '';
  const where = { namespace: namespace || undefined, signal: options.signal };
  const before =
    options.resumeToken === undefined
      ? undefined
      : readToken(options.resumeToken, type.kind, namespace, name);
  let object = await cluster.get(type, name, where);
  if (before !== undefined && before.uid !== object.metadata.uid) {
    throw new SluiceError('stale', {
      cause: `${type.kind} ${name} was replaced by another one of the same name since the last look.`,
      remedy: 'Start anew without the resume token.',
    });
  }
  let changes = before === undefined || before.version === object.metadata.resourceVersion ? 0 : 1;
  options.onChange?.(object);
  const deadline = AbortSignal.timeout(Math.max(1, options.deadlineMs));
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const answer = (): Followed<T> => ({
    object,
    finished: options.finished(object),
    resumeToken: writeToken({
      v: 1,
      kind: type.kind,
      namespace,
      name,
      uid: object.metadata.uid,
      version: object.metadata.resourceVersion,
    }),
    changes,
  });
  const see = (next: T): void => {
    if (next.metadata.resourceVersion === object.metadata.resourceVersion) return;
    object = next;
    changes += 1;
    options.onChange?.(object);
  };
  let version = object.metadata.resourceVersion;
  while (!options.finished(object) && !signal.aborted) {
    try {
      for await (const event of cluster.watch(type, { ...where, name, resourceVersion: version, signal })) {
        version = event.resourceVersion || version;
        if (event.type === 'BOOKMARK') continue;
        if (event.type === 'DELETED') throw gone(type.kind, name, namespace);
        see(event.object);
        if (options.finished(object)) return answer();
      }
      // The server ends a watch after some minutes; one that ends at once must not be asked in a loop.
      await pause(RECONNECT_MS, signal);
    } catch (error) {
      if (!passes(error)) throw error;
      await pause(RECONNECT_MS, signal);
      if (signal.aborted) break;
      const again = await cluster.get(type, name, where);
      see(again);
      version = again.metadata.resourceVersion;
    }
    options.signal?.throwIfAborted();
  }
  return answer();
}

/** Expired, broken or busy: the object is read again. Anything else is the caller's to know. */
function passes(error: unknown): boolean {
  return (
    error instanceof SluiceError &&
    (error.status === 410 || error.code === 'upstream' || error.code === 'timeout')
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}

function gone(kind: string, name: string, namespace: string): SluiceError {
  return new SluiceError('not_found', {
    cause: `${kind} ${name} in ${namespace} was deleted while it was followed.`,
    remedy: 'Look whether it was replaced, or look for it in the archive.',
  });
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string, kind: string, namespace: string, name: string): Token {
  let token: Token | undefined;
  try {
    token = Token.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data;
  } catch {
    token = undefined;
  }
  if (token?.kind === kind && token.namespace === namespace && token.name === name) return token;
  throw new SluiceError('invalid_input', {
    cause: `The resume token does not belong to ${kind} ${name} in ${namespace}.`,
    remedy: 'Give the resume_token of the last answer for the same object, or leave it out.',
  });
}
