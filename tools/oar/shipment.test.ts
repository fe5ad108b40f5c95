import { describe, expect, it } from 'vitest';
import { imageAdvisoryName, issuesOf, kindInPath, parseShipmentFile, releaseInTitle } from './shipment.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';

const notes = (rest: string) => `shipment:
  metadata: { product: ocp, application: openshift-4-20, group: openshift-4.20, assembly: 4.20.27 }
  environments: { stage: { releasePlan: a }, prod: { releasePlan: b } }
${rest}`;

const IMAGE = 'shipment/ocp/openshift-4.20/openshift-4-20/prod/4.20.27.image.20260625120000.yaml';

describe('shipment', () => {
  it.each([
    ['Shipment for 4.17.47', '4.17.47'],
    ['Draft: Shipment for 4.22.0-ec.1 (ship date: 2026-Jun-30)', '4.22.0-ec.1'],
    ['4.20.27 drop bugs', undefined],
  ])('Z-I4 title %s', (title, release) => expect(releaseInTitle(title)).toBe(release));

  it.each([
    [IMAGE, 'image'],
    ['shipment/ocp/openshift-4.18/openshift-4-18/prod/4.18.3-image.20250414000000.yaml', 'image'],
    ['4.22.0-rc.0.microshift-bootc.20260101000000.yaml', 'microshift-bootc'],
    ['README.yaml', undefined],
  ])('kind in %s', (path, kind) => expect(kindInPath(path)).toBe(kind));

  it('names the image advisory, padded to four digits', () => {
    const part = (id: number) => [
      parseShipmentFile(IMAGE, notes(`  data: { releaseNotes: { type: RHBA, live_id: ${id} } }`)),
    ];
    expect(imageAdvisoryName(part(16165), 2026)).toBe('RHBA-2026:16165');
    expect(imageAdvisoryName(part(370), 2026)).toBe('RHBA-2026:0370');
    expect(imageAdvisoryName([], 2026)).toBeUndefined();
  });

  it('release notes are required, but for fbc', () => {
    expect(() => parseShipmentFile(IMAGE, notes(''))).toThrow(/releaseNotes is required/);
    const fbc = notes('').replace('assembly: 4.20.27', 'assembly: 4.20.27, fbc: true');
    expect(parseShipmentFile('a/4.20.27.fbc.20260625120000.yaml', fbc)).toMatchObject({
      kind: 'fbc',
      advisory: null,
    });
  });

  it.skipIf(noCorpus)(`Z-I8 the synthetic shipments ${needsCorpus}`, () => {
    const expected: Record<string, unknown> = JSON.parse(corpusText('expected/shipment-expected.json'));
    const parts = corpusFiles('shipment')
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => parseShipmentFile(file, corpusText(`shipment/${file}`)));
    expect(issuesOf(parts)).toEqual(
      expected['jira_issues (source redhat.atlassian.net only, unique, sorted)'],
    );
    expect(parts.map(({ kind }) => kind)).toEqual(['extras', 'fbc', 'image']);
  });
});
