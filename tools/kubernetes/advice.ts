import type { Place } from './environments.ts';
import { isUnwell, type JudgedPod } from './pod-row.ts';
import { call, placeArgs } from './tool.ts';

/** The call that most likely shows why a pod fails; undefined where none fails. */
export function adviceFor(place: Place, [worst]: readonly JudgedPod[]): string | undefined {
  if (worst === undefined || !isUnwell(worst)) return undefined;
  const { pod, health } = worst;
  const where = placeArgs(place);
  const { name } = pod.metadata;
  // What never ran has no log; what is restarted over and over has said why before.
  const began = health.lastEnd !== undefined || health.state === 'not_ready';
  if (!began) return call('kubernetes_event_list', { ...where, object: name });
  const container = health.container === undefined ? {} : { container: health.container };
  const previous = health.state === 'failing' && pod.status.phase !== 'Failed' ? { previous: true } : {};
  return call('kubernetes_logs', { ...where, pod: name, ...container, ...previous });
}
