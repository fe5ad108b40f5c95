import { z } from 'zod';
import { adviceFor } from './advice.ts';
import { Replicas, replicasOf } from './deployment-list.ts';
import { EventRow, groupEvents } from './event-groups.ts';
import { HostRow, hostsOf, ServiceRow, serviceRow } from './hosts.ts';
import { countsOf, openDeployments, readWorkload, WorkloadCounts, workloadText } from './namespace-view.ts';
import { isUnwell, PodRow, podRow } from './pod-row.ts';
import { allOf, type Part, part, type Refused } from './read.ts';
import { EVENT } from './resources/event.ts';
import { INGRESS, ROUTE, SERVICE } from './resources/network.ts';
import { ROLLOUT_STATES, rolloutOf } from './rollout.ts';
import { defineTool, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';

const SHOWN = { deployments: 8, pods: 6, warnings: 5, services: 8, hosts: 8 };

export const namespaceSummary = defineTool({
  name: 'kubernetes_namespace_summary',
  title: 'A namespace at a glance',
  description: `
How one environment stands: Deployments and pods by state, those that are not well with the reason, the newest warnings,
services, and the hosts of Routes and Ingresses. What we may not read is named in unavailable, never shown as empty. For
several environments side by side: kubernetes_environment_summary.`,
  effect: 'read',
  input: z.object(PLACE_INPUT),
  output: z.object({
    ...PLACE_OUTPUT,
    well: z
      .boolean()
      .meta({ description: 'For gates: every rollout is done, and every pod healthy or completed.' }),
    ...WorkloadCounts,
    open_deployments: z.array(
      z.object({ name: z.string(), state: z.enum(ROLLOUT_STATES), why: z.string(), replicas: Replicas }),
    ),
    unwell_pods: z.array(PodRow),
    warnings: z.array(EventRow),
    services: z.array(ServiceRow),
    hosts: z.array(HostRow),
    unavailable: z
      .array(z.object({ kind: z.string(), code: z.string(), cause: z.string() }))
      .meta({ description: 'What we may not read.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async (input, { client, now, signal }) => {
    const place = await client.place(input);
    const [workload, events, services, ingresses, routes] = await Promise.all([
      readWorkload(place, now, signal),
      part('events', allOf(place, EVENT, signal)),
      part('services', allOf(place, SERVICE, signal)),
      part('ingresses', allOf(place, INGRESS, signal)),
      part('routes', allOf(place, ROUTE, signal)),
    ]);
    const open = openDeployments(workload);
    const unwell = workload.pods.filter(isUnwell);
    const warnings = groupEvents(itemsOf(events)).filter(({ type }) => type === 'Warning');
    const hosts = hostsOf(itemsOf(routes), itemsOf(ingresses));
    const unavailable = [events, services, ingresses, routes].flatMap(refusedOf);
    const next = adviceFor(place, unwell);
    const missing = unavailable.map(({ kind, code }) => `${kind} (${code})`).join(', ');
    return {
      ...placeOutput(place),
      well: workload.well,
      ...countsOf(workload),
      open_deployments: open.slice(0, SHOWN.deployments).map((one) => {
        const { state, why } = rolloutOf(one);
        return { name: one.metadata.name, state, why, replicas: replicasOf(one) };
      }),
      unwell_pods: unwell.slice(0, SHOWN.pods).map((one) => podRow(one, now)),
      warnings: warnings.slice(0, SHOWN.warnings),
      services: itemsOf(services).slice(0, SHOWN.services).map(serviceRow),
      hosts: hosts.slice(0, SHOWN.hosts),
      unavailable,
      truncated:
        open.length > SHOWN.deployments ||
        unwell.length > SHOWN.pods ||
        warnings.length > SHOWN.warnings ||
        itemsOf(services).length > SHOWN.services ||
        hosts.length > SHOWN.hosts,
      summary: `${workloadText(workload, ` in ${placeName(place)}`)}${missing === '' ? '' : ` Not shown: ${missing}.`}`,
      ...(next === undefined ? {} : { next }),
    };
  },
});

function itemsOf<T>(read: Part<T[]>): T[] {
  return 'value' in read ? read.value : [];
}

/** Only OpenShift has Routes: where the API does not know them there are none. */
function refusedOf(read: Part<unknown>): Refused[] {
  if ('value' in read) return [];
  return read.refused.kind === 'routes' && read.refused.code === 'not_found' ? [] : [read.refused];
}
