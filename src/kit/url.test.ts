import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from './errors.ts';
import { filePath, path } from './url.ts';

describe('promise 45: an id in an address', () => {
  it.each(['', '.', '..', 'a\nb', 'a\r\nHost: evil', '\u0000', '\u007f', '\t'])(
    'is refused when it is %j',
    (id) => {
      expect(() => path`/advisory/${id}/push`).toThrow(SluiceError);
      expect(() => path`/advisory/${id}/push`).toThrow('cannot stand in an address');
    },
  );

  it.each([
    ['../admin', '/advisory/..%2Fadmin/push'],
    ['a/b', '/advisory/a%2Fb/push'],
    ['%2e%2e', '/advisory/%252e%252e/push'],
    ['%2F', '/advisory/%252F/push'],
    ['1?x=1', '/advisory/1%3Fx%3D1/push'],
    ['1#top', '/advisory/1%23top/push'],
    ['a\\b', '/advisory/a%5Cb/push'],
    ['a;b', '/advisory/a%3Bb/push'],
    ['a b', '/advisory/a%20b/push'],
    ['-x', '/advisory/-x/push'],
  ])('is encoded when it is %j', (id, expected) => {
    expect(path`/advisory/${id}/push`).toBe(expected);
  });

  it('never changes which resource is asked for, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (first, second) => {
        let made: string;
        try {
          made = path`/api/${first}/jobs/${second}/run`;
        } catch {
          return;
        }
        const url = new URL(`http://host.example${made}`);
        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(6);
        expect([segments[1], segments[3], segments[5]]).toEqual(['api', 'jobs', 'run']);
        expect(url.search + url.hash).toBe('');
        expect(url.host).toBe('host.example');
        expect(decodeURIComponent(segments[2] ?? '')).toBe(first);
        expect(decodeURIComponent(segments[4] ?? '')).toBe(second);
      }),
      { numRuns: 500 },
    );
  });

  it('may be a number', () => {
    expect(path`/build/${1673}`).toBe('/build/1673');
  });
});

describe('promise 45: a file path in an address', () => {
  it('keeps its folders and encodes each name', () => {
    expect(filePath('_releases/4.20/4.20.27 a?.yaml')).toBe('_releases/4.20/4.20.27%20a%3F.yaml');
  });

  it.each(['../x', 'a/../b', 'a//b', '/a', 'a/', 'a/./b', ''])('is refused when it is %j', (file) => {
    expect(() => filePath(file)).toThrow('cannot stand in an address');
  });
});
