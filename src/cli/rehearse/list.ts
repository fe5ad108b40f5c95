import type { App } from '../../app.ts';
import { flowHash } from '../../flow/load.ts';
import { lastRehearsals } from '../../flow/rehearse/last.ts';
import { isoTime } from '../../kit/clock.ts';
import { type CommonOptions, show } from '../context.ts';
import { style } from '../output.ts';

/** The last rehearsal of each flow, and whether it was of the flow as it is now. */
export async function listRehearsals(app: App, options: CommonOptions): Promise<void> {
  const { store, flows } = (await app.engine()).services;
  const last = new Map((await lastRehearsals(store)).map((one) => [one.flow, one]));
  const rehearsals = [...last.values()].map(({ at, ...one }) => {
    const flow = flows.get(one.flow);
    return { ...one, at: isoTime(at), current: flow !== undefined && flowHash(flow) === one.flow_hash };
  });
  show(options, { rehearsals }, () =>
    rehearsals.length === 0
      ? 'No rehearsals yet. Hold one: sluice rehearse FLOW key=value…'
      : rehearsals
          .map(({ flow, result, at, current, findings }) => {
            const of = current ? '' : '  (of another version of the flow)';
            return [
              `${style(flow, 'bold')}  ${style(result, result === 'passed' ? 'green' : 'red')}  ${at}${of}`,
              ...findings.map((line) => `  ${line}`),
            ].join('\n');
          })
          .join('\n'),
  );
}
