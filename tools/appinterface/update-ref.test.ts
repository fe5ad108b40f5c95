import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { services } from '../../test/support/stand-in.ts';
import { namespaceFile } from './testing/files.ts';
import { type AppWorld, appWorld, FILE, FORK, saasFile, UPSTREAM } from './testing/world.ts';

const BRANCH = 'release-2026-06-01';

function wish(world: AppWorld, change: object = {}) {
  return {
    product: 'demo',
    targets: ['production'],
    ref: world.code.c4,
    expected_ref: world.code.c2,
    branch: BRANCH,
    release_key: 'DEMO-12',
    ...change,
  };
}

const diffLines = (world: AppWorld, ref = BRANCH) =>
  world.server
    .git(FORK, ['diff', '--unified=0', `${ref}^`, ref])
    .split('\n')
    .filter((line) => /^[+-] /.test(line));

describe('appinterface_update_ref', () => {
  it('W-R01 pushes one commit with one line to the fork, and nothing else anywhere', async () => {
    await using world = await appWorld();
    const { c2, c4 } = world.code;
    const result = await world.write(wish(world));
    const tip = world.server.tip(FORK, BRANCH);
    expect(result).toEqual({
      product: 'demo',
      outcome: 'pushed',
      ref: c4,
      refs: { production: { from: c2, to: c4 } },
      branch: BRANCH,
      commit: tip,
      base: world.server.tip(UPSTREAM, 'main'),
      files: [FILE],
      title: `DEMO-12 - chore(release): release ${c4.slice(0, 12)} to production`,
      summary: expect.stringContaining(BRANCH),
      next: expect.stringContaining('merge request'),
    });
    expect(diffLines(world)).toEqual([`-    ref: ${c2}`, `+    ref: ${c4}`]);
    expect(world.fileAt(FORK, BRANCH)).toBe(saasFile({ production: c4, billing: world.code.c1 }));
    expect(world.server.git(FORK, ['log', '--format=%B', `main..${BRANCH}`])).toMatch(
      /^DEMO-12 - chore\(release\): release .* to production\n\nSluice-Key: DEMO-12\/demo\/production\/[0-9a-f]{12}$/,
    );
    expect(world.server.landed()).toEqual([{ repo: FORK, ref: `refs/heads/${BRANCH}`, from: '', to: tip }]);
  });

  it('W-R02 W-R03 its plan has the diff and sends nothing', async () => {
    await using world = await appWorld();
    const { c2, c4 } = world.code;
    const [effect, ...others] = await world.effects(wish(world));
    expect(others).toEqual([]);
    expect(effect).toMatchObject({
      key: `appinterface/app-interface/${BRANCH}/demo/production/${c4}`,
      preview: {
        system: 'appinterface',
        target: `demo (production), branch ${BRANCH} of the fork of app-interface`,
        before: {
          refs: { production: c2 },
          warnings: [],
          diff: expect.stringContaining(`\n-    ref: ${c2}\n+    ref: ${c4}\n`),
        },
        after: { branch: BRANCH, refs: { production: c4 }, files: [FILE] },
      },
    });
    expect(await effect?.find()).toEqual({ state: 'absent' });
    expect(world.server.landed()).toEqual([]);
  });

  it('W-R11 changes two refs of one file, each checked against its own expectation', async () => {
    await using world = await appWorld();
    const { c1, c2, c4 } = world.code;
    const both = { targets: ['billing', 'production'], expected_ref: undefined };
    await expect(world.write(wish(world, both))).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(world.write(wish(world, { targets: both.targets }))).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining(`billing is ${c1}`),
    });
    const refs = { production: c2, billing: c1, stage: 'main' };
    expect(await world.write(wish(world, { ...both, expected_refs: refs }))).toMatchObject({
      outcome: 'pushed',
      refs: { production: { from: c2, to: c4 }, billing: { from: c1, to: c4 } },
    });
    expect(world.fileAt(FORK, BRANCH)).toBe(saasFile({ production: c4, billing: c4 }));
    expect(diffLines(world)).toHaveLength(4);
  });

  it('is found again, whoever asks, and pushed once', async () => {
    await using world = await appWorld();
    await world.write(wish(world));
    const again = await world.write(wish(world));
    expect(again).toMatchObject({ outcome: 'already_pushed', branch: BRANCH });
    expect(world.server.landed()).toHaveLength(1);
  });

  it('is found again when upstream has moved on elsewhere, also in the same file', async () => {
    await using world = await appWorld();
    const { c1, c2, c3 } = world.code;
    await world.write(wish(world));
    world.merge(saasFile({ production: c2, billing: c3 }).replace('# pinned', '# pinned, as ever'), {
      other: 'x',
    });
    expect(await world.write(wish(world))).toMatchObject({ outcome: 'already_pushed' });
    expect(world.server.landed()).toHaveLength(1);
    expect(world.fileAt(FORK, BRANCH)).toContain(c1);
  });

  it('W-S14 is not pushed twice when the answer to the push was lost', async () => {
    await using world = await appWorld();
    world.server.faults.push({ request: /POST .*git-receive-pack/, does: 'drop-after' });
    expect(await world.write(wish(world))).toMatchObject({ outcome: 'pushed' });
    expect(world.server.landed()).toHaveLength(1);
  });

  it('W-R20 says that nothing was pushed when the push is refused', async () => {
    await using world = await appWorld();
    world.server.faults.push({ request: /service=git-receive-pack/, does: 403 });
    await expect(world.write(wish(world))).rejects.toMatchObject({ code: 'forbidden' });
    expect(world.server.landed()).toEqual([]);
    expect(await world.write(wish(world))).toMatchObject({ outcome: 'pushed' });
  });

  it('changes only those of its targets that have another ref', async () => {
    await using world = await appWorld();
    const { c1, c2 } = world.code;
    const both = { targets: ['production', 'billing'], ref: c2, expected_ref: c1 };
    expect(await world.write(wish(world, both))).toMatchObject({
      outcome: 'pushed',
      refs: { production: { from: c2, to: c2 }, billing: { from: c1, to: c2 } },
    });
    expect(diffLines(world)).toEqual([`-    ref: ${c1}`, `+    ref: ${c2}`]);
  });

  it('W-R09 refuses to drop commits that are declared now', async () => {
    await using world = await appWorld({
      file: ({ side, c1 }) => saasFile({ production: side, billing: c1 }),
    });
    const main = wish(world, { expected_ref: world.code.side });
    await expect(world.write(main)).rejects.toMatchObject({ rule: 'appinterface.downgrade' });
    expect(await world.write({ ...main, allow_downgrade: true })).toMatchObject({ outcome: 'pushed' });
  });

  it('W-R09 does not take unknown for an upgrade', async () => {
    await using world = await appWorld({
      file: ({ c1 }) => saasFile({ production: 'e'.repeat(40), billing: c1 }),
    });
    const strange = wish(world, { expected_ref: 'e'.repeat(40) });
    await expect(world.write(strange)).rejects.toMatchObject({ rule: 'appinterface.unknown_standing' });
    expect(await world.write({ ...strange, force: true })).toMatchObject({ outcome: 'pushed' });
  });

  it('says that it could not check without a code repository', async () => {
    await using world = await appWorld({ product: { code_repository: undefined } });
    const [effect] = await world.effects(wish(world, { ref: 'd'.repeat(40) }));
    expect(effect?.preview.before).toMatchObject({ warnings: [expect.stringContaining('was not checked')] });
  });

  it('W-R14 refuses a target that is promoted automatically, unless forced', async () => {
    const automatic = (text: string) =>
      text.replace(
        '    parameters:\n',
        '    promotion:\n      auto: true\n      subscribe: [c]\n    parameters:\n',
      );
    await using world = await appWorld({
      file: ({ c1, c2 }) => automatic(saasFile({ production: c2, billing: c1 })),
    });
    await expect(world.write(wish(world))).rejects.toMatchObject({ rule: 'appinterface.auto_promotion' });
    expect(await world.write(wish(world, { force: true }))).toMatchObject({ outcome: 'pushed' });
  });

  it('W-R18 touches no branch of other content, and names the next free one', async () => {
    await using world = await appWorld();
    world.server.seed(FORK, [{ branch: BRANCH, files: { x: 'somebody else' } }]);
    await expect(world.write(wish(world))).rejects.toMatchObject({
      code: 'conflict',
      rule: 'appinterface.branch_taken',
      remedy: expect.stringContaining(`${BRANCH}-v2,`),
    });
    world.server.seed(FORK, [{ branch: `${BRANCH}-v2`, files: { x: 'and again' } }]);
    for (const branch of [BRANCH, `${BRANCH}-v2`])
      await expect(world.write(wish(world, { branch }))).rejects.toMatchObject({
        remedy: expect.stringContaining(`${BRANCH}-v3,`),
      });
    expect(world.server.landed()).toEqual([]);
    expect(await world.write(wish(world, { branch: `${BRANCH}-v3` }))).toMatchObject({ outcome: 'pushed' });
  });

  it('takes a branch for its own that somebody else made just so', async () => {
    await using world = await appWorld();
    const { c1, c4 } = world.code;
    const files = { [FILE]: saasFile({ production: c4, billing: c1 }) };
    world.server.seed(FORK, [{ branch: BRANCH, from: world.server.tip(UPSTREAM, 'main') ?? '', files }]);
    expect(await world.write(wish(world))).toMatchObject({ outcome: 'already_pushed' });
  });

  it('W-R24 refuses when upstream moved this ref, with the new value', async () => {
    await using world = await appWorld();
    const { c1, c3 } = world.code;
    const effects = await world.effects(wish(world));
    world.merge(saasFile({ production: c3, billing: c1 }));
    await expect(performDirect(effects, services)).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining(c3),
    });
    await expect(world.write(wish(world))).rejects.toMatchObject({ code: 'stale' });
    expect(world.server.landed()).toEqual([]);
  });

  it('W-R24 goes on from the new head when upstream moved elsewhere; the plan stays the same', async () => {
    await using world = await appWorld();
    const { c1, c2, c3, c4 } = world.code;
    const [effect] = await world.effects(wish(world));
    const moved = saasFile({ production: c2, billing: c3 });
    const head = world.merge(moved);
    const [again] = await world.effects(wish(world));
    expect([again?.key, again?.preview.after]).toEqual([effect?.key, effect?.preview.after]);
    if (effect === undefined) throw new Error('no effect');
    const [done] = await performDirect([effect], services);
    expect(done?.data).toMatchObject({ base: head, from: { production: c2 } });
    expect(world.server.git(FORK, ['show', `${BRANCH}:${FILE}`])).toContain(c4);
    expect(world.server.git(FORK, ['show', `${BRANCH}:${FILE}`])).not.toContain(c1);
  });

  it('W-R25 keeps carriage returns and a missing final newline', async () => {
    const crlf = (text: string) => text.trimEnd().replaceAll('\n', '\r\n');
    await using world = await appWorld({
      file: ({ c1, c2 }) => crlf(saasFile({ production: c2, billing: c1 })),
    });
    const { c1, c4 } = world.code;
    await world.write(wish(world));
    const bytes = world.server.git(FORK, ['cat-file', 'blob', `${BRANCH}:${FILE}`]);
    expect(bytes).toBe(crlf(saasFile({ production: c4, billing: c1 })));
  });

  it('follows a target to its own file, and changes that one alone', async () => {
    const OWN = 'data/services/demo/targets/prod.yml';
    await using world = await appWorld({
      file: ({ c1, c2 }) =>
        saasFile({ production: c2, billing: c1 }).replace(
          /- namespace:\n {6}\$ref: [^\n]*demo-prod\.yml\n {4}ref: [0-9a-f]{40}\n {4}parameters:\n {6}REPLICAS: 3\n/,
          '- $ref: /services/demo/targets/prod.yml\n',
        ),
    });
    const { c2, c4 } = world.code;
    const target = (ref: string) =>
      `$schema: /app-sre/saas-file-target-1.yml\nnamespace:\n  $ref: ${namespaceFile('demo-prod')}\nref: ${ref}\n`;
    world.server.seed(UPSTREAM, [{ branch: 'main', files: { [OWN]: target(c2) } }]);
    expect(await world.write(wish(world))).toMatchObject({ outcome: 'pushed', files: [OWN] });
    expect(world.fileAt(FORK, BRANCH, OWN)).toBe(target(c4));
  });

  it('needs a fork, and a branch that is not the default one', async () => {
    await using world = await appWorld({ fork: false });
    await expect(world.write(wish(world))).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('No fork'),
    });
    await using other = await appWorld();
    await expect(other.write(wish(other, { branch: 'main' }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(other.server.landed()).toEqual([]);
  });

  it('W-R12 refuses a label that means two targets, with both', async () => {
    const two = (text: string) =>
      `${text}- name: other\n  url: https://git.example.com/o\n  path: /o.yml\n  targets:\n  - namespace:\n      $ref: ${namespaceFile('demo-prod')}\n    ref: main\n`;
    await using world = await appWorld({
      file: ({ c1, c2 }) => two(saasFile({ production: c2, billing: c1 })),
      product: { targets: { production: { namespace: 'demo-prod' } } },
    });
    await expect(world.write(wish(world))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/2 targets .*demo → demo-prod.*other → demo-prod/),
    });
  });
});

describe('appinterface_update_ref sends nothing', () => {
  let branches = 0;
  let world: AppWorld;
  beforeAll(async () => {
    world = await appWorld();
  });
  afterAll(async () => {
    expect(world.server.landed()).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  it('W-R08 has nothing to do where upstream has the ref already, whatever was expected', async () => {
    const { c1, c2 } = world.code;
    for (const expected_ref of [c1, c2]) {
      expect(await world.write(wish(world, { ref: c2, expected_ref }))).toMatchObject({
        outcome: 'already_at_ref',
        branch: null,
        commit: null,
        refs: { production: { from: c2, to: c2 } },
      });
    }
  });

  it.each([
    ['12 characters', (sha: string) => sha.slice(0, 12)],
    ['upper case', (sha: string) => sha.toUpperCase()],
    ['41 characters', (sha: string) => `${sha}0`],
    ['a tag', () => 'v1.0'],
    ['a branch', () => 'main'],
  ])('W-R04 refuses a ref of %s', async (_, change) => {
    await expect(
      world.write(wish(world, { ref: change(`a${world.code.c4.slice(1)}`) })),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      rule: 'appinterface.full_sha',
    });
  });

  it('W-R05 refuses a commit that the code repository does not show', async () => {
    await expect(world.write(wish(world, { ref: 'd'.repeat(40) }))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('W-R09 refuses a downgrade, unless it is allowed', async () => {
    const older = wish(world, { ref: world.code.c1 });
    await expect(world.write(older)).rejects.toMatchObject({
      rule: 'appinterface.downgrade',
      code: 'precondition',
    });
    await expect(world.write({ ...older, force: true })).rejects.toMatchObject({
      rule: 'appinterface.downgrade',
    });
    const [effect] = await world.effects({ ...older, allow_downgrade: true });
    expect(effect?.preview.before).toMatchObject({
      warnings: [expect.stringContaining('a downgrade; allowed')],
    });
  });

  it('W-R10 refuses a commit beside the default branch, unless forced', async () => {
    const beside = wish(world, { ref: world.code.side });
    await expect(world.write(beside)).rejects.toMatchObject({ rule: 'appinterface.default_branch' });
    const [effect] = await world.effects({ ...beside, force: true });
    expect(effect?.preview.before).toMatchObject({
      warnings: [expect.stringContaining('not on main of demo')],
    });
  });

  it('W-R16 refuses a target that follows a branch', async () => {
    const stage = wish(world, { targets: ['stage'], expected_ref: 'main', force: true });
    await expect(world.write(stage)).rejects.toMatchObject({ rule: 'appinterface.pinned' });
  });

  it('names what it does not know', async () => {
    await expect(world.write(wish(world, { product: 'dem' }))).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('Did you mean demo?'),
    });
    await expect(world.write(wish(world, { targets: ['prod'] }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(world.write(wish(world, { release_key: 'a b' }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it.each<[string, (world: AppWorld) => Record<string, string>]>([
    ['another ref as well', ({ code: { c4 } }) => ({ [FILE]: saasFile({ production: c4, billing: c4 }) })],
    [
      'a comment as well',
      ({ code: { c1, c4 } }) => ({
        [FILE]: saasFile({ production: c4, billing: c1 }).replace('# pinned', '#'),
      }),
    ],
    [
      'another file as well',
      ({ code: { c1, c4 } }) => ({ [FILE]: saasFile({ production: c4, billing: c1 }), x: 'y' }),
    ],
    ['another commit', ({ code: { c1, c3 } }) => ({ [FILE]: saasFile({ production: c3, billing: c1 }) })],
    ['nothing', () => ({})],
  ])('W-R18 W-R27 does not take a branch for its own that changes %s', async (_, files) => {
    branches += 1;
    const branch = `taken-${branches}`;
    world.server.seed(FORK, [
      { branch, from: world.server.tip(UPSTREAM, 'main') ?? '', files: files(world) },
    ]);
    await expect(world.write(wish(world, { branch }))).rejects.toMatchObject({
      rule: 'appinterface.branch_taken',
    });
  });
});
