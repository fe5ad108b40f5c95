import { describe, expect, it } from 'vitest';
import { type RefVersion, refMoves } from './saas/ref-changes.ts';
import { appWorld, FILE, saasFile, UPSTREAM } from './testing/world.ts';

const versions = (...refs: (string | undefined)[]): RefVersion<number>[] =>
  refs.map((ref, index) => ({ commit: refs.length - index, ref }));
const moves = (complete: boolean, ...refs: (string | undefined)[]) =>
  refMoves(versions(...refs), complete).map(({ commit, from, to, wasThereBefore }) => [
    commit,
    from,
    to,
    wasThereBefore,
  ]);

describe('the moves of a ref', () => {
  it('are where it changed, newest first', () => {
    expect(moves(true, 'c', 'c', 'b', 'b', 'b', 'a')).toEqual([
      [5, 'b', 'c', false],
      [2, 'a', 'b', false],
      [1, undefined, 'a', false],
    ]);
  });

  it('do not begin where the list was cut', () => {
    expect(moves(false, 'b', 'a')).toEqual([[2, 'a', 'b', false]]);
  });

  it('are marked where they take something back', () => {
    expect(moves(true, 'a', 'b', 'a')).toEqual([
      [3, 'b', 'a', true],
      [2, 'a', 'b', false],
      [1, undefined, 'a', false],
    ]);
  });

  it('begin anew after versions without it', () => {
    expect(moves(true, 'b', undefined, 'a')).toEqual([
      [3, undefined, 'b', false],
      [1, undefined, 'a', false],
    ]);
  });
});

describe('appinterface_ref_history', () => {
  it('W-R09 tells exactly this scalar, and what a rollback goes back to', async () => {
    await using world = await appWorld();
    const { c1, c2, c3, c4 } = world.code;
    const first = world.server.tip(UPSTREAM, 'main');
    world.merge(saasFile({ production: c2, billing: c2 }), {}, 'billing alone');
    const third = world.merge(saasFile({ production: c3, billing: c2 }), {}, 'release c3');
    world.merge(
      saasFile({ production: c3, billing: c2 }).replace('# pinned', '# commented'),
      {},
      'a comment',
    );
    world.server.seed(UPSTREAM, [{ branch: 'main', files: { other: 'x' } }]);
    const last = world.merge(saasFile({ production: c4, billing: c3 }), {}, 'release c4');

    const answer = await world.read('ref_history', { product: 'demo', target: 'production' });
    expect(answer).toMatchObject({
      file: FILE,
      current_ref: c4,
      previous_ref: c3,
      looked_at: 5,
      truncated: false,
      moves: [
        { commit: last, subject: 'release c4', from: c3, to: c4, author: 'Dev', was_there_before: false },
        { commit: third, subject: 'release c3', from: c2, to: c3 },
        { commit: first, from: null, to: c2 },
      ],
    });
    expect(answer).toHaveProperty('moves.length', 3);
    expect(answer).toHaveProperty('moves.0.date', expect.stringMatching(/^\d{4}-\d\d-\d\dT/));
    expect(await world.read('ref_history', { product: 'demo', target: 'billing', limit: 1 })).toMatchObject({
      current_ref: c3,
      previous_ref: c2,
      truncated: true,
      moves: [{ commit: last }],
    });
    expect(await world.read('ref_history', { product: 'demo', target: 'stage' })).toMatchObject({
      current_ref: 'main',
      previous_ref: null,
    });

    const back = world.merge(saasFile({ production: c3, billing: c3 }), {}, 'roll back');
    expect(
      await world.read('ref_history', { product: 'demo', target: 'production', limit: 1 }),
    ).toMatchObject({
      current_ref: c3,
      previous_ref: c4,
      moves: [{ commit: back, from: c4, to: c3, was_there_before: true }],
    });
    expect(c1).not.toBe(c2);
  });

  it('goes over versions that nobody could read', async () => {
    await using world = await appWorld();
    const { c1, c2, c3 } = world.code;
    world.merge('a: [\n');
    world.merge(saasFile({ production: c3, billing: c1 }));
    expect(await world.read('ref_history', { product: 'demo', target: 'production' })).toMatchObject({
      current_ref: c3,
      previous_ref: c2,
      moves: [
        { from: null, to: c3 },
        { from: null, to: c2 },
      ],
    });
  });
});
