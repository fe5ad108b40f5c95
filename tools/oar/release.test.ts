import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareReleases, parseBuild, parseRelease, payloadOf } from './release.ts';

describe('release names', () => {
  it.each([
    ['4.20.27', '4.20', 4, '4.20.27'],
    ['4.22.0-rc.4', '4.22', 4, 'rc.4'],
    ['5.0.0-ec.3', '5.0', 5, 'ec.3'],
  ])('%s', (name, yStream, major, assembly) => {
    expect(parseRelease(name)).toEqual({ name, yStream, major, assembly });
  });

  it.each([
    '',
    '4.20',
    'latest',
    '4.20.1; rm',
    '4.',
    '4.20.1-x86_64',
    ' 4.20.1',
    '4.20.1\n',
    '4.20.1-rc',
    '../4.20.1',
  ])('Z-C5 refuses %j', (name) => {
    expect(() => parseRelease(name)).toThrow(/is not a release/);
  });

  it('tells a nightly from a release', () => {
    expect(parseBuild('4.20.0-0.nightly-2026-06-24-204339')).toMatchObject({
      kind: 'nightly',
      yStream: '4.20',
    });
    expect(parseBuild('4.20.0-0.nightly-arm64-2026-01-29-043333')).toMatchObject({ kind: 'nightly' });
    expect(parseBuild('4.20.27')).toMatchObject({ kind: 'stable', yStream: '4.20' });
  });

  it('names the payload', () => {
    expect(payloadOf('quay.io/openshift-release-dev/ocp-release', '4.20.27')).toBe(
      'quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64',
    );
  });

  it('Z-D1 orders by number', () => {
    const names = [
      '4.20.10',
      '4.20.9',
      '4.20.0',
      '4.20.0-rc.10',
      '4.20.0-rc.9',
      '4.20.0-ec.11',
      '5.0.0-ec.1',
    ];
    expect([...names].sort(compareReleases)).toEqual([
      '4.20.0-ec.11',
      '4.20.0-rc.9',
      '4.20.0-rc.10',
      '4.20.0',
      '4.20.9',
      '4.20.10',
      '5.0.0-ec.1',
    ]);
  });

  it('is a total order', () => {
    const name = fc.tuple(fc.nat(9), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(
        name,
        name,
        (a, b) => Math.sign(compareReleases(a, b)) === -Math.sign(compareReleases(b, a)),
      ),
    );
  });
});
