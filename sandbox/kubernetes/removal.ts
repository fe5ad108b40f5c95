import { json, type Reply } from '../http.ts';
import { isTree, type Tree } from '../scenario/merge.ts';
import { isoSeconds } from '../scenario/time.ts';
import { type Ask, documentOf, isDryRun, permit, shown, stored } from './ask.ts';
import { textAt, uidOf, valueAt, versionOf, withMetadata } from './manifest.ts';
import { about } from './resources.ts';
import { conflict, invalid, success } from './status.ts';
import { effect, hasFinalizers } from './write.ts';

const POLICIES = ['Background', 'Foreground', 'Orphan'];

export function remove(ask: Ask): Reply {
  permit(ask, 'delete');
  const { cluster, type, call } = ask;
  const object = stored(ask);
  const options = optionsOf(ask);
  const policy = textAt(options, 'propagationPolicy') ?? call.query.get('propagationPolicy') ?? 'Background';
  if (!POLICIES.includes(policy)) {
    const message = `Invalid value: ${JSON.stringify(policy)}: must be one of "Background", "Foreground", "Orphan"`;
    throw invalid({ kind: 'DeleteOptions', name: '' }, [
      { reason: 'FieldValueInvalid', message, field: 'propagationPolicy' },
    ]);
  }
  demandPreconditions(ask, object, options);
  if (isDryRun(call)) return json(200, gone(ask, object));
  const deleting = valueAt(object, 'metadata.deletionTimestamp') !== undefined;
  const data = { uid: uidOf(object), propagationPolicy: policy };
  if (hasFinalizers(object)) {
    if (deleting) return json(200, shown(ask, object));
    const going = withMetadata(object, {
      deletionTimestamp: isoSeconds(ask.world.now),
      deletionGracePeriodSeconds: 0,
    });
    const kept = cluster.store.put(type, going);
    effect(ask, 'object_deleted', kept, { ...data, finalizers: valueAt(kept, 'metadata.finalizers') });
    cluster.react('delete', type, object, kept);
    cluster.advance(ask.world.now);
    return json(200, shown(ask, kept));
  }
  effect(ask, 'object_deleted', object, data);
  cluster.remove(type, object, policy === 'Orphan');
  cluster.react('delete', type, object, object);
  cluster.advance(ask.world.now);
  return json(200, gone(ask, object));
}

/** Pods and namespaces answer with themselves on their way out, everything else with a Status. */
function gone(ask: Ask, object: Tree): Tree {
  if (!['Pod', 'Namespace'].includes(ask.type.kind)) {
    return success({ ...about(ask.type, ask.name), uid: uidOf(object) });
  }
  return shown(ask, withMetadata(object, { deletionTimestamp: isoSeconds(ask.world.now) }));
}

function optionsOf({ call }: Ask): Tree {
  if (call.body.raw.length === 0) return {};
  const options = documentOf(call);
  return isTree(options) ? options : {};
}

function demandPreconditions({ type, name }: Ask, object: Tree, options: Tree): void {
  const uid = textAt(options, 'preconditions.uid');
  if (uid !== undefined && uid !== uidOf(object)) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(object)}`;
    throw conflict(about(type, name), why);
  }
  const version = textAt(options, 'preconditions.resourceVersion');
  if (version !== undefined && version !== versionOf(object)) {
    const why = `Precondition failed: ResourceVersion in precondition: ${version}, ResourceVersion in object meta: ${versionOf(object)}`;
    throw conflict(about(type, name), why);
  }
}
