import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainOf, headOf, nextOf } from '../../test/support/journal-faults.ts';
import { findChainFault, hashEntry, type JournalEntry } from './journal.ts';

const length = fc.integer({ min: 1, max: 20 });

describe('promise 5: a chain', () => {
  it('holds as it was written, whatever its length', () => {
    for (const entries of [chainOf(1), chainOf(2), chainOf(20)]) {
      expect(findChainFault(entries, headOf(entries))).toBeUndefined();
    }
    expect(findChainFault([], undefined)).toBeUndefined();
  });

  it('names an entry that was changed', () => {
    const entries = chainOf(5).map((entry) =>
      entry.seq === 3 ? { ...entry, data: { ...entry.data, n: 4 } } : entry,
    );
    expect(findChainFault(entries, headOf(chainOf(5)))).toEqual({
      seq: 3,
      what: 'entry 3 was changed after it was written',
    });
  });

  it('names an entry that was taken out', () => {
    const entries = chainOf(5).filter(({ seq }) => seq !== 3);
    expect(findChainFault(entries, headOf(chainOf(5)))).toEqual({
      seq: 3,
      what: 'entry 3 is missing (the next one is 4)',
    });
  });

  it('names the first of two entries that changed places', () => {
    const [a, b, c, d] = chainOf(4);
    const entries = [a, c, b, d].flatMap((entry) => entry ?? []);
    expect(findChainFault(entries, headOf(entries))).toMatchObject({ seq: 2 });
  });

  it('names two entries that changed places and numbers', () => {
    const entries = chainOf(4);
    const swapped = entries.map((entry) => {
      const from = entries[entry.seq === 2 ? 2 : entry.seq === 3 ? 1 : entry.seq - 1] ?? entry;
      return { ...from, seq: entry.seq };
    });
    expect(findChainFault(swapped, undefined)).toMatchObject({ seq: 2 });
  });

  it('names where it was cut', () => {
    const entries = chainOf(5);
    expect(findChainFault(entries.slice(0, 3), headOf(entries))).toEqual({
      seq: 4,
      what: 'the journal was cut: it ends at 3, its head was 5',
    });
    expect(findChainFault([], headOf(entries))).toMatchObject({ seq: 1 });
  });

  it('names a head that is not its own, also when everything was hashed anew', () => {
    const forged = [...chainOf(4), nextOf(chainOf(4), 'flow-1', { cause: 'forged' })];
    expect(findChainFault(forged, undefined)).toBeUndefined();
    expect(findChainFault(forged, headOf(chainOf(5)))).toEqual({
      seq: 5,
      what: 'entry 5 is not the head that was published',
    });
  });

  it('finds any change of any field of any entry', () => {
    const fields = ['run', 'seq', 'at', 'wall', 'kind', 'step', 'data', 'prev', 'hash'] as const;
    fc.assert(
      fc.property(
        length,
        fc.nat(),
        fc.constantFrom(...fields),
        fc.jsonValue(),
        (size, index, field, value) => {
          const entries = chainOf(size);
          const at = index % size;
          const changed = entries.map(
            (entry, i): JournalEntry => (i === at ? Object.assign({ ...entry }, { [field]: value }) : entry),
          );
          fc.pre(JSON.stringify(changed) !== JSON.stringify(entries));
          const fault = findChainFault(changed, headOf(entries));
          expect(fault?.seq).toBeLessThanOrEqual(at + 1 + (field === 'hash' ? 1 : 0));
          expect(fault).toBeDefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds any one character of its text that was turned', () => {
    fc.assert(
      fc.property(length, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 6 }), (size, which, where, bit) => {
        const entries = chainOf(size);
        const at = which % size;
        const text = JSON.stringify(entries[at]);
        const index = where % text.length;
        const turned =
          text.slice(0, index) +
          String.fromCharCode(text.charCodeAt(index) ^ (1 << bit)) +
          text.slice(index + 1);
        let parsed: JournalEntry;
        try {
          parsed = JSON.parse(turned);
        } catch {
          return;
        }
        fc.pre(JSON.stringify(parsed) !== text);
        const changed = entries.map((entry, i) => (i === at ? parsed : entry));
        expect(findChainFault(changed, headOf(entries))).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it('finds any loss, doubling or new order of entries', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 2, max: 12 })
          .chain((size) => fc.tuple(fc.constant(size), fc.array(fc.nat(size - 1), { maxLength: size + 2 }))),
        ([size, order]) => {
          const entries = chainOf(size);
          const shuffled = order.flatMap((index) => entries[index] ?? []);
          fc.pre(JSON.stringify(shuffled) !== JSON.stringify(entries));
          expect(findChainFault(shuffled, headOf(entries))).toBeDefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the same for the same content, and counts every field in', () => {
    const [entry] = chainOf(1);
    const { hash, ...bare } = entry ?? nextOf([]);
    expect(hashEntry({ ...bare, data: { cause: 'cause 1', n: 1 } })).toBe(hash);
    expect(hashEntry({ ...bare, step: '' })).not.toBe(hash);
  });
});
