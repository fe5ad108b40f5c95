import { describe, expect, it } from 'vitest';
import { services } from '../../test/support/stand-in.ts';
import { absent, type Effect, type Found, present, unknown } from './effect.ts';
import { NotYet, SluiceError } from './errors.ts';
import { performDirect } from './perform-direct.ts';

/** An effect whose answers to `find` come in order, the last one for good. */
function effect(finds: Found[], send: () => unknown = () => 'sent it') {
  const log: string[] = [];
  const made: Effect = {
    key: 'k',
    preview: { system: 'shelf', action: 'put', target: 'book 1' },
    find: async () => {
      log.push('find');
      return (finds.length > 1 ? finds.shift() : finds[0]) ?? absent;
    },
    send: async (permit) => {
      permit.check();
      log.push('send');
      return send();
    },
  };
  return { made, log };
}

const lost = (reached: 'no' | 'maybe') => () => {
  throw new SluiceError('timeout', { cause: 'no answer', remedy: 'wait', reached });
};

describe('promise 2: a direct write', () => {
  it('is looked up first and then sent', async () => {
    const { made, log } = effect([absent]);
    expect(await performDirect([made], services)).toEqual([{ key: 'k', outcome: 'sent', data: 'sent it' }]);
    expect(log).toEqual(['find', 'send']);
  });

  it('is not sent when it is there', async () => {
    const { made, log } = effect([present({ id: 1 })]);
    expect(await performDirect([made], services)).toEqual([
      { key: 'k', outcome: 'adopted', data: { id: 1 } },
    ]);
    expect(log).toEqual(['find']);
  });

  it('is not sent when nobody knows whether it is there', async () => {
    const { made, log } = effect([unknown('the list is cut')]);
    await expect(performDirect([made], services)).rejects.toMatchObject({
      code: 'blocked',
      message: 'It is not known whether "put" reached book 1: the list is cut',
      remedy: 'Look at shelf before you call again; the key is k.',
    });
    expect(log).toEqual(['find']);
  });

  it('W-S14: is looked up, and not sent again, when its answer was lost', async () => {
    const { made, log } = effect([absent, present({ id: 2 })], lost('maybe'));
    expect(await performDirect([made], services)).toEqual([{ key: 'k', outcome: 'sent', data: { id: 2 } }]);
    expect(log).toEqual(['find', 'send', 'find']);
  });

  it('stays unclear, and is not sent again, when it cannot be found after its answer was lost', async () => {
    const { made, log } = effect([absent], lost('maybe'));
    await expect(performDirect([made], services)).rejects.toMatchObject({
      code: 'blocked',
      reached: 'maybe',
    });
    expect(log).toEqual(['find', 'send', 'find']);
  });

  it('fails as it failed when it certainly did not arrive', async () => {
    const { made, log } = effect([absent], lost('no'));
    await expect(performDirect([made], services)).rejects.toMatchObject({ code: 'timeout' });
    expect(log).toEqual(['find', 'send']);
  });

  it('waits for its time before it looks', async () => {
    const { made, log } = effect([absent]);
    const early = { ...made, ready: () => Promise.reject(new NotYet('the release day has not come')) };
    await expect(performDirect([early], services)).rejects.toMatchObject({
      code: 'blocked',
      message: 'the release day has not come',
    });
    expect(log).toEqual([]);
  });
});
