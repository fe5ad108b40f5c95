import { describe, expect, it } from 'vitest';
import { assemblyOf } from './assembly.ts';
import { type Assemblies, attribute, parseBuildData } from './build-data.ts';
import { parseRelease } from './release.ts';
import { corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';

type Expected = Record<
  string,
  {
    version: string;
    advisories: Record<string, number>;
    candidate_builds: Record<string, string>;
    jira_ticket: string;
    release_date: string | { error: string };
    shipment_mr: string | { error: string };
    flow: string;
  }
>;

const file = parseBuildData(
  'releases.yml',
  `releases:
  4.14.2:
    assembly: { basis: { assembly: 4.14.1 }, group: { release_date: 2026-Feb-3 } }
  4.14.1:
    assembly:
      basis: { assembly: 4.14.0, reference_releases!: {} }
      group: { advisories!: { rpm: 1 }, advisories: { rpm: 2, image: 3 } }
  4.14.0:
    assembly:
      basis: { reference_releases: { x86_64: old } }
      group: { advisories: { extras: 9 }, release_jira: ART-1, shipment: { url: https://gitlab.example/mr/1 } }
  rc.1:
    assembly: { group: { shipment: { advisories: [] } } }
  4.14.8:
    assembly: { basis: { assembly: 4.14.9 } }
  4.14.9:
    assembly: { basis: { assembly: 4.14.8 } }
  4.14.7:
    assembly: { basis: { assembly: 4.13.0 } }
  stream:
    assembly: { type: stream }
`,
);

describe('build data', () => {
  it('Z-C2 own override, own value, then the base, along the chain', () => {
    expect(assemblyOf('releases.yml', file, parseRelease('4.14.2'))).toEqual({
      advisories: { rpm: 1 },
      candidate_builds: {},
      jira_ticket: 'ART-1',
      release_date: '2026-Feb-3',
      shipment_mr: 'https://gitlab.example/mr/1',
      flow: 'konflux',
    });
  });

  it('Z-C5 a shipment without url names what is missing', () => {
    expect(() => assemblyOf('releases.yml', file, parseRelease('4.14.0-rc.1'))).toThrow(
      /releases\.rc\.1\.assembly\.group\.shipment has no url/,
    );
  });

  it('Z-C5 an assembly without basis has nothing to inherit', () => {
    expect(attribute('releases.yml', file, 'stream', ['group', 'advisories'])).toBeUndefined();
  });

  it('Z-C6 an unknown release is not there', () => {
    expect(assemblyOf('releases.yml', file, parseRelease('4.14.99'))).toBeUndefined();
    expect(assemblyOf('releases.yml', file, parseRelease('4.14.0-ec.1'))).toBeUndefined();
  });

  it('a circle and a base that is not there are named', () => {
    expect(() => assemblyOf('releases.yml', file, parseRelease('4.14.8'))).toThrow(/based on itself/);
    expect(() => assemblyOf('releases.yml', file, parseRelease('4.14.7'))).toThrow(
      /base 4\.13\.0 is not in the file/,
    );
  });

  it('names of JavaScript objects are no assemblies', () => {
    const odd: Assemblies = parseBuildData('f', 'releases: { "4.1.1": { assembly: {} } }');
    expect(attribute('f', odd, '4.1.1', ['constructor'])).toBeUndefined();
  });

  it.skipIf(noCorpus)(`Z-C1 agrees with the expected answers ${needsCorpus}`, () => {
    const expected: Expected = JSON.parse(corpusText('expected/configstore-expected.json'));
    for (const [key, answer] of Object.entries(expected)) {
      const [yStream = ''] = key.split('|');
      const where = `openshift-${yStream}.releases.excerpt.yml`;
      const assemblies = parseBuildData(where, corpusText(`build-data/${where}`));
      const read = () => assemblyOf(where, assemblies, parseRelease(answer.version));
      if (typeof answer.shipment_mr !== 'string') {
        expect(read, key).toThrow(/shipment has no url/);
        continue;
      }
      expect(read(), key).toEqual({
        advisories: answer.advisories,
        candidate_builds: answer.candidate_builds,
        jira_ticket: answer.jira_ticket,
        release_date: typeof answer.release_date === 'string' ? answer.release_date : null,
        shipment_mr: answer.shipment_mr === '' ? null : answer.shipment_mr,
        flow: answer.flow,
      });
    }
  });
});
