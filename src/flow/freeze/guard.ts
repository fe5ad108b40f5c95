import { SluiceError } from '../../kit/errors.ts';
import { type FreezeSettings, INCIDENT_RULE } from '../../kit/freeze-settings.ts';
import { nearest } from '../../kit/suggest.ts';
import type { Flow } from '../definition.ts';
import type { EffectGuard } from '../guards.ts';
import { stepState } from '../state.ts';
import { grantFreezeException } from './grant.ts';
import { destinationsOf } from './incidents.ts';
import { FreezeSources } from './sources.ts';
import { tellHold, tellVerdict } from './tell.ts';
import { type Asker, gateOf, judge, rulesOf } from './verdict.ts';

const FREEZE = 'freeze';

/** Asked right before each effect, each time anew: a freeze may begin between two of them. */
export function freezeGuard(settings: FreezeSettings): EffectGuard {
  const sources = new FreezeSources();
  return {
    name: FREEZE,
    gates: () => [...new Set([...Object.keys(settings), INCIDENT_RULE])].map(gateOf),
    check: async ({ step, journal, services, signal }, _effect, environment) => {
      if (environment === 'none') return undefined;
      const { opened } = journal.state;
      const asker: Asker = { run: journal.state, principal: opened.requester, environment, signal };
      const verdict = await judge(settings, asker, sources, services);
      // Where no rule was ever made there is nothing to write down.
      const known = stepState(journal.state, step.id).guards.has(FREEZE);
      if (rulesOf(settings, environment).every(([name]) => settings[name] === undefined)) {
        if (verdict.holds.length === 0 && !known) return undefined;
      }
      return tellVerdict(verdict, environment, opened.release_id, services.approvals);
    },
    checkCall: async (environment, services) => {
      if (environment === 'none') return undefined;
      const asker: Asker = { principal: services.principal, environment };
      const verdict = await judge(settings, asker, sources, services);
      return tellVerdict(verdict, environment, null, services.approvals);
    },
    holds: async (state, environment, services) => {
      if (environment === 'none') return [];
      const asker: Asker = { run: state, principal: services.principal, environment };
      const { holds, opening } = await judge(settings, asker, sources, services);
      const { release_id } = state.opened;
      return holds.map((hold) => tellHold(hold, environment, opening, release_id, services.approvals));
    },
    grant: async (gate, request, asked, state, services) =>
      await grantFreezeException({ gate, request, asked, settings, sources }, state, services),
  };
}

/** A name that no flow knows would be a freeze of nothing. */
export function assertFreezeNames(settings: FreezeSettings, flows: readonly Flow[], file: string): void {
  const environments = destinationsOf(flows);
  const names = flows.map(({ flow }) => flow);
  for (const [rule, { environments: own, except, incident }] of Object.entries(settings)) {
    const places = [...(incident === true ? [] : own), ...except.flatMap((one) => one.environments ?? [])];
    for (const [what, name, known] of [
      ...places.map((name) => ['an environment that no flow leads to', name, environments] as const),
      ...except.map(({ flow }) => ['a flow that there is not', flow, names] as const),
    ]) {
      if (known.includes(name)) continue;
      const hint = nearest(name, known);
      throw new SluiceError('invalid_input', {
        cause: `${file}: freezes.${rule} names ${what}: ${JSON.stringify(name)}.`,
        remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Known: ${known.join(', ')}.`,
      });
    }
  }
}
