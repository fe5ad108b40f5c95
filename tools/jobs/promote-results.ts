import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import { Arch, BuildName } from '../oar/client.ts';
import { defineTool } from './define.ts';
import { promoted } from './record.ts';
import { RecordStore } from './record-store.ts';
import { gone } from './runs.ts';

export const promoteResults = defineTool({
  name: 'jobs_promote_results',
  title: 'Mark the test results of a build as promoted by hand',
  description: `Notes in the test-result file that people promoted the build by hand, and lets it be aggregated again. Whether it
is accepted stays computed from the runs: a promoted build is shown as promoted, never as accepted. A decision of a
person, with a reason.`,
  effect: 'update',
  key: 'records/<path>/manual-promotion',
  settles: '30s',
  input: z.object({
    build: BuildName,
    arch: Arch,
    reason: z.string().trim().min(10).max(300).meta({ description: 'Why, for those who read the history.' }),
  }),
  output: z.object({
    build: z.string(),
    arch: z.string(),
    file: z.string(),
    manual_promotion: z.boolean(),
    aggregated: z.boolean(),
    accepted: z.boolean().nullable(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ build, arch, reason }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const { record } = await store.demand();
    if (record.manual_promotion === true) return [];
    const change = store.change(
      `records/${store.path}/manual-promotion`,
      'mark as promoted by hand',
      `Promote test results of ${build} by hand: ${oneLine(reason)}`,
      (current) => {
        if (current === undefined) throw gone(store);
        return current.manual_promotion === true ? current : promoted(current);
      },
      { aggregated: false, manual_promotion: true, reason: oneLine(reason) },
    );
    return [change];
  },
  result: async ({ build, arch }, { client }) => {
    const store = new RecordStore(client.oar(), build, arch);
    const { record } = await store.demand();
    const done = record.aggregated === true;
    return {
      build,
      arch,
      file: store.where,
      manual_promotion: record.manual_promotion === true,
      aggregated: done,
      accepted: record.accepted ?? null,
      summary: `${build} is marked as promoted by hand${done ? '' : '; it is to be aggregated again'}.`,
      ...(done ? {} : { next: 'jobs_aggregate_results computes it again.' }),
    };
  },
});
