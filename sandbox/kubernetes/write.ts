import { isDeepStrictEqual } from 'node:util';
import { json, type Reply } from '../http.ts';
import { isTree, type Tree } from '../scenario/merge.ts';
import { isoSeconds } from '../scenario/time.ts';
import { type Admission, admitted, mutated } from './admission.ts';
import { type Ask, documentOf, isDryRun, objectOf, permit, shown, stored } from './ask.ts';
import { bumped } from './changes.ts';
import { listAt, nameOf, namespaceOf, textAt, treeAt, uidOf, versionOf, withMetadata } from './manifest.ts';
import { suffix, uuid } from './names.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patching.ts';
import { failsValidation } from './release-validation.ts';
import { about, apiVersionOf, type ResourceType } from './resources.ts';
import { scaled, scaleOf } from './scale.ts';
import { check, shaped } from './shape.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound, unsupportedMediaType } from './status.ts';

export function create(ask: Ask): Reply {
  permit(ask, 'create');
  const { cluster, type } = ask;
  const { object: sent, warnings } = shaped(ask, addressed(ask, objectOf(ask)));
  if (versionOf(sent) !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  const namespace = ask.namespace ?? '';
  if (type.namespaced && !cluster.hasNamespace(namespace))
    throw notFound({ kind: 'namespaces', name: namespace });
  const admission = admissionOf(ask, undefined);
  const object = mutated(admission, born(ask, sent));
  check(ask, object);
  admitted(admission, object);
  if (cluster.store.get(type, namespace, nameOf(object)) !== undefined) {
    throw alreadyExists(about(type, nameOf(object)));
  }
  if (isDryRun(ask.call)) return answer(201, ask, object, warnings);
  const kept = cluster.store.put(type, object);
  effect(ask, 'object_created', kept, { object: kept });
  if (!failsValidation(cluster, type, kept)) cluster.react('create', type, undefined, kept);
  cluster.advance(ask.world.now);
  return answer(201, ask, kept, warnings);
}

export function replace(ask: Ask): Reply {
  permit(ask, 'update');
  const before = stored(ask);
  if (ask.sub === 'scale') return rescale(ask, before, objectOf(ask), { kind: 'put' });
  const sent = addressed(ask, objectOf(ask));
  demandName(ask, sent);
  if (versionOf(sent) === '' && ask.type.custom) {
    throw invalid({ group: ask.type.group, kind: ask.type.kind, name: ask.name }, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  }
  return update(ask, before, sent, { kind: 'put' });
}

export function patch(ask: Ask): Reply {
  permit(ask, 'patch');
  const before = stored(ask);
  const patched = patchOf(ask);
  const told = { patch: documentOf(ask.call) };
  if (ask.sub === 'scale') return rescale(ask, before, patched(scaleOf(ask, before)), told);
  const next = addressed(ask, patched(shown(ask, before)));
  demandName(ask, next);
  demandUid(ask, before, next);
  return update(ask, before, next, told);
}

function demandName({ name }: Ask, object: Tree): void {
  if (nameOf(object) === name) return;
  throw badRequest(`the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`);
}

function demandUid({ type, name }: Ask, before: Tree, next: Tree): void {
  const uid = uidOf(next);
  if (uid === '' || uid === uidOf(before)) return;
  const message = `Invalid value: ${JSON.stringify(uid)}: field is immutable`;
  throw invalid({ group: type.group, kind: type.kind, name }, [
    { reason: 'FieldValueInvalid', message, field: 'metadata.uid' },
  ]);
}

function patchOf(ask: Ask): (object: Tree) => Tree {
  const accepted = ['application/json-patch+json', 'application/merge-patch+json'];
  const strategic = 'application/strategic-merge-patch+json';
  if (!ask.type.custom) accepted.push(strategic);
  const type = (ask.call.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const apply = { [accepted[0] ?? '']: jsonPatch, [strategic]: strategicMerge }[type] ?? mergePatch;
  return (object) => {
    const patched = apply(object, documentOf(ask.call));
    if (!isTree(patched)) throw badRequest('the patch leaves no object');
    return patched;
  };
}

function rescale(ask: Ask, before: Tree, scale: Tree, told: Tree): Reply {
  const reply = update({ ...ask, sub: '' }, before, scaled(ask, before, scale), told, 'scale');
  if (reply.status !== 200) return reply;
  return json(200, scaleOf(ask, isDryRun(ask.call) ? scaled(ask, before, scale) : stored(ask)));
}

function update(ask: Ask, before: Tree, sent: Tree, told: Tree, sub = ask.sub): Reply {
  const { cluster, type } = ask;
  if (versionOf(sent) !== '' && versionOf(sent) !== versionOf(before)) throw conflict(about(type, ask.name));
  if (uidOf(sent) !== '' && uidOf(sent) !== uidOf(before)) {
    const why = `Precondition failed: UID in precondition: ${uidOf(sent)}, UID in object meta: ${uidOf(before)}`;
    throw conflict(about(type, ask.name), why);
  }
  const { object, warnings } = shaped(ask, sent);
  const admission = admissionOf(ask, before);
  const next = mutated(admission, bumped(before, merged(ask, before, object)));
  check(ask, next);
  admitted(admission, next);
  const same = isDeepStrictEqual(next, { ...before, apiVersion: next.apiVersion });
  if (isDryRun(ask.call) || same) return answer(200, ask, same ? before : next, warnings);
  // The last finalizer of what was deleted already: now it goes.
  const goes = treeAt(next, 'metadata').deletionTimestamp !== undefined && !hasFinalizers(next);
  const kept = goes ? next : cluster.store.put(type, next);
  effect(ask, 'object_patched', kept, { ...(sub === '' ? {} : { subresource: sub }), ...told, object: kept });
  if (goes) cluster.remove(type, next);
  else cluster.react('update', type, before, kept);
  cluster.advance(ask.world.now);
  return answer(200, ask, kept, warnings);
}

/** Each endpoint has its own part of the object; the rest stays as it was. */
function merged({ type, sub }: Ask, before: Tree, sent: Tree): Tree {
  if (sub === 'status') {
    const { status: _, ...rest } = before;
    return sent.status === undefined ? rest : { ...rest, status: sent.status };
  }
  const fixed = treeAt(before, 'metadata');
  const kept = withMetadata(sent, {
    name: fixed.name,
    namespace: fixed.namespace,
    uid: fixed.uid,
    resourceVersion: fixed.resourceVersion,
    creationTimestamp: fixed.creationTimestamp,
    deletionTimestamp: fixed.deletionTimestamp,
    generation: fixed.generation,
  });
  if (!type.status) return kept;
  const { status: _, ...rest } = kept;
  return before.status === undefined ? rest : { ...rest, status: before.status };
}

/** What the path says wins, and must not be contradicted. */
function addressed({ type, version, namespace }: Ask, object: Tree): Tree {
  const expected = { apiVersion: apiVersionOf(type.group, version), kind: type.kind };
  for (const [field, wanted] of Object.entries(expected)) {
    const said = object[field];
    if (said === wanted) continue;
    if (type.custom && field === 'kind') {
      const message = `Invalid value: ${JSON.stringify(said)}: must be ${wanted}`;
      throw invalid({ group: type.group, kind: type.kind, name: nameOf(object) }, [
        { reason: 'FieldValueInvalid', message, field },
      ]);
    }
    const what = field === 'kind' ? 'kind' : 'API version';
    throw badRequest(`the ${what} in the data (${said}) does not match the expected ${what} (${wanted})`);
  }
  const given = namespaceOf(object);
  if (given !== '' && given !== (namespace ?? '')) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return withMetadata(object, { namespace: type.namespaced ? namespace : undefined });
}

const LONGEST_STEM = 58;

function born({ cluster, type, world }: Ask, object: Tree): Tree {
  const seed = `${cluster.system} ${type.plural} ${cluster.count('born')}`;
  const stem = textAt(object, 'metadata.generateName') ?? '';
  const generated = stem === '' ? undefined : `${stem.slice(0, LONGEST_STEM)}${suffix(seed)}`;
  const { status: _, ...rest } = object;
  return withMetadata(type.status ? rest : object, {
    name: textAt(object, 'metadata.name') || generated,
    uid: uuid(seed),
    creationTimestamp: isoSeconds(world.now),
    deletionTimestamp: undefined,
    generation: 1,
  });
}

function admissionOf({ cluster, user, type }: Ask, before: Tree | undefined): Admission {
  return { cluster, user, type, before };
}

export function hasFinalizers(object: Tree): boolean {
  return listAt(object, 'metadata.finalizers').length > 0;
}

function answer(status: number, ask: Ask, object: Tree, warnings: readonly string[]): Reply {
  const said = warnings.map((warning) => `299 - ${JSON.stringify(warning)}`).join(', ');
  return json(status, shown(ask, object), said === '' ? {} : { warning: said });
}

type EffectKind = 'object_created' | 'object_patched' | 'object_deleted';

/** One line in the journal for what a request has changed. */
export function effect({ cluster, world, type }: Ask, kind: EffectKind, object: Tree, data: Tree): void {
  const namespace = namespaceOf(object);
  const place = [typeName(type), namespace, nameOf(object)].filter((part) => part !== '');
  const named = { kind: type.kind, ...(namespace === '' ? {} : { namespace }), name: nameOf(object) };
  world.effect(cluster.system, kind, place.join('/'), { ...named, ...data });
}

function typeName(type: ResourceType): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}
