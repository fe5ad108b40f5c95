import { z } from 'zod';
import { DurationText, durationMs } from '../../src/kit/duration.ts';
import { EventRow, groupEvents, timesOf } from './event-groups.ts';
import { allOf, demandNamespace } from './read.ts';
import { EVENT } from './resources/event.ts';
import { defineTool, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';
import { many } from './words.ts';

export const listEvents = defineTool({
  name: 'kubernetes_event_list',
  title: 'List events',
  description: `
What Kubernetes says has happened in an environment, warnings first, the newest of each first; what is the same is one
row with its count and the objects. Events are kept for an hour or so, so none is no proof that nothing happened. Why a
pod cannot be placed, pulled or mounted stands here, not in its log.`,
  effect: 'read',
  input: z.object({
    ...PLACE_INPUT,
    object: z
      .string()
      .max(253)
      .optional()
      .meta({ description: 'Of objects of this name, or whose names begin with it and a dash.' }),
    type: z.enum(['Warning', 'Normal']).optional(),
    since: DurationText.optional().meta({ description: 'Seen within this time, e.g. 30m.' }),
    limit: z.int().min(1).max(50).default(15),
  }),
  output: z.object({
    ...PLACE_OUTPUT,
    warnings: z.int().meta({ description: 'Rows of that type, of all that fit.' }),
    total: z.int(),
    truncated: z.boolean(),
    events: z.array(EventRow),
    summary: z.string(),
  }),
  run: async ({ object, type, since, limit, ...given }, { client, now, signal }) => {
    const place = await client.place(given);
    const all = await allOf(place, EVENT, signal);
    if (all.length === 0) await demandNamespace(place, signal);
    const from = since === undefined ? Number.NEGATIVE_INFINITY : now - durationMs(since);
    const rows = groupEvents(
      all.filter((event) => {
        const { name } = event.involvedObject;
        return (
          (object === undefined || name === object || name.startsWith(`${object}-`)) &&
          (type === undefined || event.type === type) &&
          // Where the time cannot be read it is shown rather than hidden.
          !(timesOf(event).last < from)
        );
      }),
    );
    const shown = rows.slice(0, limit);
    const warnings = rows.filter((row) => row.type === 'Warning');
    return {
      ...placeOutput(place),
      warnings: warnings.length,
      total: rows.length,
      truncated: shown.length < rows.length,
      events: shown,
      summary: `${eventsText(rows, warnings)} in ${placeName(place)}${object === undefined ? '' : ` about ${object}`}${latest(warnings)}.`,
    };
  },
});

function eventsText(rows: readonly EventRow[], warnings: readonly EventRow[]): string {
  if (rows.length === 0) return 'No events';
  const calm = rows.length - warnings.length;
  const words = [
    ...(warnings.length === 0 ? [] : [many(warnings.length, 'kind of warning', 'kinds of warnings')]),
    ...(calm === 0 ? [] : [many(calm, 'kind of normal event', 'kinds of normal events')]),
  ];
  return words.join(' and ');
}

function latest([newest]: readonly EventRow[]): string {
  if (newest === undefined) return '';
  const more = newest.objects_total > 1 ? ` and ${newest.objects_total - 1} more` : '';
  return `; the newest warning: ${newest.reason} of ${newest.objects[0]}${more}, ${newest.count} times`;
}
