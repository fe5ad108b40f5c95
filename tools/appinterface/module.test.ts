import { describe, expect, it } from 'vitest';
import { appinterface } from './module.ts';
import { AppInterfaceSettings } from './settings.ts';
import { appWorld, FILE, UPSTREAM } from './testing/world.ts';

const product = { file: FILE, targets: { production: { template: 'demo', namespace: 'demo-prod' } } };
const faults = (demo: object) =>
  AppInterfaceSettings.safeParse({ repository: 'app-interface', products: { demo } }).error?.issues.map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('the settings of appinterface', () => {
  it('are taken', () => {
    expect(faults(product)).toBeUndefined();
    expect(faults({ ...product, environments: { stage: { target: 'production' } } })).toBeUndefined();
  });

  it.each([
    [
      'a target that names nothing',
      { ...product, targets: { x: { template: 'demo' } } },
      'targets.x: give namespace',
    ],
    ['a file outside', { ...product, file: 'a/../../b.yml' }, 'file: a path inside'],
    ['an image with a tag beside its port', { ...product, image: 'Quay.io/X' }, 'image: a pull spec'],
    ['an unknown key', { ...product, branch: 'main' }, 'Unrecognized key'],
    [
      'an environment of no target',
      { ...product, environments: { a: { target: 'b' } } },
      'environments.a.target: no target',
    ],
    [
      'a promotion to nowhere',
      { ...product, environments: { a: { target: 'production', promotes_to: 'b' } } },
      'environments.a.promotes_to: there is no environment b',
    ],
  ])('are refused with %s', (_, demo, fault) => {
    expect(faults(demo)?.join('; ')).toContain(fault);
  });
});

describe('the probe of appinterface', () => {
  it('reads every saas file, and fails by name where one is not there', async () => {
    await using world = await appWorld();
    expect(await world.registry.probe(appinterface)).toMatchObject({
      ok: true,
      detail: expect.stringContaining('1 products can be read'),
    });
    world.server.seed(UPSTREAM, [{ branch: 'main', files: { [FILE]: null } }]);
    await expect(world.registry.probe(appinterface)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(FILE),
    });
  });
});
