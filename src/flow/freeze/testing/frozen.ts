import { fixture, PEOPLE } from '../../../../test/support/fixture-engine.ts';
import { World, worldModule } from '../../../../test/support/fixture-world.ts';
import { services } from '../../../../test/support/stand-in.ts';
import { TestClock } from '../../../../test/support/test-clock.ts';
import { FreezeSettings } from '../../../kit/freeze-settings.ts';
import type { AnyModule } from '../../../kit/module.ts';
import type { Principal } from '../../../kit/principal.ts';
import { Registry } from '../../../kit/registry.ts';
import { freezeGuard } from '../guard.ts';

/** Thursday, 2026-06-25, 12:00 UTC is when the clock stands at first. */
export const at = (text: string) => Date.parse(text);
export const ann: Principal = { id: PEOPLE.ann, face: 'cli' };

/** From `from` to `to` of that day, in UTC, for anybody with the role approver to except. */
export const today = (from: string, to: string, more: object = {}) => ({
  from: `2026-06-25T${from}`,
  to: `2026-06-25T${to}`,
  zone: 'UTC',
  grantors: 'approver',
  ...more,
});

export interface Outside {
  modules: readonly AnyModule[];
  settings: Record<string, unknown>;
}

/** The engine with freeze rules, over a world in memory and systems that speak HTTP. */
export async function frozenEngine(
  texts: string | readonly string[],
  rules: Record<string, unknown>,
  outside: Outside = { modules: [], settings: {} },
) {
  const world = new World();
  const clock = new TestClock();
  const registry = new Registry(
    [worldModule(world), ...outside.modules],
    { world: {}, ...outside.settings },
    { ...services, clock },
  );
  const made = await fixture(texts, {
    registry,
    clock,
    sandbox: true,
    guards: [freezeGuard(FreezeSettings.parse(rules))],
    // What has to stand before an effect besides is not at issue here.
    environments: { production: { rollback: 'none' } },
  });
  const settle = async (target: string | Record<string, unknown> = { item: 'a' }) =>
    await made.engine.drive(
      typeof target === 'string' ? { release_id: target } : { flow: 'fixture', inputs: target },
      { untilIdle: true },
    );
  const checks = async (id = 'fixture-a') =>
    (await made.store.entries(id))
      .filter(({ kind }) => kind === 'guard.checked')
      .map(({ data }) => `${String(data.verdict)}: ${String(data.cause)}`);
  return { ...made, world, clock, settle, checks };
}
