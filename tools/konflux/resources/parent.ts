import { SluiceError } from '../../../src/kit/errors.ts';
import type { Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { APPLICATION, type Application, COMPONENT_GROUP, type ComponentGroup } from './application.ts';
import { type Parent, parentOf } from './common.ts';
import { COMPONENT, type Component } from './component.ts';

/** Component groups; none where the cluster does not know that kind yet. */
export async function componentGroups(client: KonfluxClient, where: Where): Promise<ComponentGroup[]> {
  try {
    return (await client.cluster.all(COMPONENT_GROUP, where)).items;
  } catch (error) {
    if (error instanceof SluiceError && error.status === 404) return [];
    throw error;
  }
}

export type Owner =
  | { kind: 'application'; object: Application }
  | { kind: 'componentGroup'; object: ComponentGroup };

/** What a name means: an application, or a component group. Both have it where one is becoming the other. */
export async function ownerOf(
  client: KonfluxClient,
  name: string,
  where: Where,
  kind?: Parent['kind'],
): Promise<Owner> {
  const [application, group] = await Promise.all([
    kind === 'componentGroup' ? undefined : client.cluster.find(APPLICATION, name, where),
    kind === 'application' ? undefined : client.cluster.find(COMPONENT_GROUP, name, where),
  ]);
  if (application !== undefined && group !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(name)} is both an Application and a ComponentGroup.`,
      remedy: 'Give `kind`: application or componentGroup.',
    });
  }
  if (application !== undefined) return { kind: 'application', object: application };
  if (group !== undefined) return { kind: 'componentGroup', object: group };
  throw await missingOwner(client, name, where);
}

async function missingOwner(client: KonfluxClient, name: string, where: Where): Promise<SluiceError> {
  const namespace = await client.cluster.namespace(where.namespace);
  const [missing, groups] = await Promise.all([
    client.missing(APPLICATION, name, namespace),
    componentGroups(client, where),
  ]);
  const known = groups.map(({ metadata }) => metadata.name).slice(0, 8);
  return new SluiceError('not_found', {
    cause: missing.message,
    remedy: known.length === 0 ? missing.remedy : `${missing.remedy} Component groups: ${known.join(', ')}.`,
  });
}

/** Refuses a name that nothing has, so that an empty list never hides a mistyped filter. */
export async function demandNames(
  client: KonfluxClient,
  { application, component }: { application?: string | undefined; component?: string | undefined },
  where: Where,
): Promise<void> {
  if (component !== undefined) await client.get(COMPONENT, component, where);
  if (application === undefined) return;
  const found = await Promise.all([
    client.cluster.find(APPLICATION, application, where),
    client.cluster.find(COMPONENT_GROUP, application, where),
  ]);
  if (found.every((one) => one === undefined)) throw await missingOwner(client, application, where);
}

/** A component says its application; which groups hold it, the groups say. */
export function parentsOf(component: Component, groups: readonly ComponentGroup[]): Parent[] {
  const own = parentOf(component.spec);
  const holding = groups
    .filter((group) => holds(group, component.metadata.name))
    .map(({ metadata }): Parent => ({ kind: 'componentGroup', name: metadata.name }));
  return own === undefined || holding.some(({ kind, name }) => kind === own.kind && name === own.name)
    ? holding
    : [own, ...holding];
}

export function holds({ spec }: ComponentGroup, component: string): boolean {
  return spec.components.some(
    ({ name, kind }) => name === component && kind.toLowerCase() !== 'componentgroup',
  );
}
