import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { onTestFinished } from 'vitest';
import { Engine } from '../../src/flow/engine.ts';
import { parseFlow } from '../../src/flow/load.ts';
import type { EngineServices } from '../../src/flow/services.ts';
import { createLogger } from '../../src/kit/log.ts';
import type { Principal } from '../../src/kit/principal.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { Registry } from '../../src/kit/registry.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { World, worldModule } from './fixture-world.ts';
import { TestClock } from './test-clock.ts';

export const PEOPLE = {
  lead: 'lead@example.com',
  ann: 'ann@example.com',
  bob: 'bob@example.com',
  eve: 'eve@example.com',
};
export type Person = keyof typeof PEOPLE | 'stranger';
export const lead: Principal = { id: PEOPLE.lead, face: 'cli' };

/** A flow of these steps (YAML, indented by two), one input `item`, the key of the run. */
export function flowText(steps: string, head = ''): string {
  return `flow: fixture\ntitle: Fixture\ninputs: { item: {}, note: { required: false } }\nkey: =inputs.item\n${head}phases: { one: One, two: Two }\nsteps:\n${steps}`;
}

export function flowsOf(texts: readonly string[]) {
  return new Map(texts.map((text) => parseFlow(text, 'flow.yaml')).map((flow) => [flow.flow, flow]));
}

export function registryOf(world: World, clock = new TestClock()): Registry {
  const services = { clock, redactor: new Redactor(), log: createLogger('silent'), callLimitMs: 1_000 };
  return new Registry([worldModule(world)], { world: {} }, services);
}

/** The real engine on a real store in a fresh folder, over a world in memory; gone with the test. */
export async function fixture(texts: string | readonly string[], change: Partial<EngineServices> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-engine-'));
  const store = await openSqliteStore(join(folder, 'state'));
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const keys = writeKeys(folder);
  const world = new World();
  const clock = new TestClock();
  const services: Omit<EngineServices, 'expressions'> = {
    registry: registryOf(world, clock),
    store,
    assertWritable: () => store.assertWritable(),
    clock,
    redactor: new Redactor(),
    log: createLogger('silent'),
    flows: flowsOf(typeof texts === 'string' ? [texts] : texts),
    guards: [],
    environments: {},
    approvals: {
      allowedSigners: keys.signers,
      roles: { approver: [PEOPLE.ann, PEOPLE.bob, PEOPLE.lead], judge: [PEOPLE.lead], waiver: [PEOPLE.lead] },
      aliases: { [PEOPLE.ann]: ['ann.other@example.com'], [PEOPLE.lead]: ['the-lead'] },
    },
    policy: {},
    effects: { leaseMs: 60_000, callLimitMs: 1_000 },
    sandbox: false,
    principal: lead,
    version: '0.0.0-test',
    ...change,
  };
  const engine = await Engine.create(services);
  const drive = async (inputs: Record<string, unknown> = { item: 'a' }) =>
    await engine.drive({ flow: 'fixture', inputs });
  const kinds = async (id = 'fixture-a') =>
    (await store.entries(id)).map(({ kind, step }) => (step === null ? kind : `${kind} ${step}`));
  return { engine, world, clock, store, services, folder, keys, drive, kinds };
}

export type Fixture = Awaited<ReturnType<typeof fixture>>;

/** How each step of a report stands. */
export function states(report: { steps: readonly { id: string; state: string }[] }): Record<string, string> {
  return Object.fromEntries(report.steps.map(({ id, state }) => [id, state]));
}

const EVERYBODY = ['lead', 'ann', 'bob', 'eve', 'stranger'] as const;
type Keys = Record<Person, { secret: string; open: string }>;
let made: Keys | undefined;

/** Everybody's keys, the same in each fixture: making them takes longer than most tests. */
function makeKeys(): Keys {
  const keys = EVERYBODY.map((person) => {
    const key = sshpk.generatePrivateKey('ed25519');
    const open = key.toPublic().toString('ssh').split(' ').slice(0, 2).join(' ');
    return [person, { secret: key.toString('openssh'), open }];
  });
  return Object.fromEntries(keys);
}

function writeKeys(folder: string) {
  made ??= makeKeys();
  const lines: string[] = [];
  const file = (person: Person) => join(folder, `${person}.key`);
  for (const person of EVERYBODY) {
    const { secret, open } = made[person];
    writeFileSync(file(person), secret, { mode: 0o600 });
    if (person !== 'stranger') lines.push(`${PEOPLE[person]} ${open}`);
  }
  const signers = join(folder, 'allowed_signers');
  const allow = (keep: readonly string[] = Object.values(PEOPLE)) =>
    writeFileSync(
      signers,
      lines.filter((line) => keep.some((name) => line.startsWith(`${name} `))).join('\n'),
    );
  allow();
  return { file, signers, allow, lines };
}
