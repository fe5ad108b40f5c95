import { parse } from 'yaml';
import type { Call } from '../http.ts';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { World } from '../world.ts';
import type { Cluster } from './cluster.ts';
import { about, apiVersionOf, type ResourceType } from './resources.ts';
import { type Attempt, demand } from './rights.ts';
import { badRequest, invalid, notFound, unsupportedMediaType } from './status.ts';

/** A request that is about resources of one type. */
export interface Ask {
  cluster: Cluster;
  world: World;
  call: Call;
  user: string;
  type: ResourceType;
  version: string;
  /** undefined for what is in no namespace, or is asked of all of them. */
  namespace: string | undefined;
  name: string;
  /** '' for the object itself. */
  sub: string;
}

export function attemptOf({ type, namespace, name, sub }: Ask, verb: string): Attempt {
  return {
    verb,
    group: type.group,
    resource: sub === '' ? type.plural : `${type.plural}/${sub}`,
    namespace,
    ...(name === '' ? {} : { name }),
  };
}

export function permit(ask: Ask, verb: string): void {
  demand(ask.cluster.config, ask.user, attemptOf(ask, verb));
  demandOptions(ask.call, verb);
}

const OPTIONS: Record<string, string> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
};

/** A dry run that the server does not know is refused: taken for a real one it would do harm. */
function demandOptions(call: Call, verb: string): void {
  const kind = OPTIONS[verb];
  const asked = call.query.getAll('dryRun').filter((value) => value !== 'All');
  if (kind === undefined || asked.length === 0) return;
  const said = `[]string{${asked.map((value) => JSON.stringify(value)).join(', ')}}`;
  const message = `Unsupported value: ${said}: supported values: "All"`;
  throw invalid({ group: 'meta.k8s.io', kind, name: '' }, [
    { reason: 'FieldValueNotSupported', message, field: 'dryRun' },
  ]);
}

export function stored(ask: Ask): Tree {
  const object = ask.cluster.store.get(ask.type, ask.namespace ?? '', ask.name);
  if (object === undefined) throw notFound(about(ask.type, ask.name));
  return object;
}

/** As the version of the path shows it. */
export function shown(ask: Ask, object: Tree): Tree {
  return { ...object, kind: ask.type.kind, apiVersion: apiVersionOf(ask.type.group, ask.version) };
}

export function isDryRun(call: Call): boolean {
  const options = call.body.fields?.dryRun;
  return call.query.getAll('dryRun').includes('All') || (Array.isArray(options) && options.includes('All'));
}

export function documentOf(call: Call): unknown {
  const source = call.body.raw.toString('utf8');
  const media = call.headers['content-type'] ?? '';
  if (media.includes('protobuf')) throw unsupportedMediaType(['application/json', 'application/yaml']);
  try {
    const yaml = media.includes('yaml');
    const read: unknown = yaml ? parse(source) : JSON.parse(source);
    return read;
  } catch (error) {
    throw badRequest(
      `the body of the request cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

const READABLE = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

export function objectOf(ask: Ask): Tree {
  const media = ask.call.headers['content-type']?.split(';')[0]?.trim() ?? '';
  if (media !== '' && !READABLE.includes(media)) throw unsupportedMediaType(READABLE);
  const read = documentOf(ask.call);
  if (!isTree(read) || typeof read.kind !== 'string' || typeof read.apiVersion !== 'string') {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${ask.type.kind}): couldn't get version/kind; json parse error`,
    );
  }
  return read;
}
