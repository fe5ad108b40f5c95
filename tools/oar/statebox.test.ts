import { describe, expect, it } from 'vitest';
import { parseStateBox } from './statebox.ts';
import { createStateBox } from './statebox-create.ts';
import { refsIn } from './statebox-refs.ts';
import { statusOf } from './statebox-status.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';

const MR = 'https://gitlab.example/ocp-shipment-data/-/merge_requests/624';

const created = createStateBox(
  '4.20.28',
  {
    jira_ticket: 'ART-21493',
    advisory_ids: { rpm: 169352, rhcos: 169353 },
    release_date: '2026-Jul-07',
    candidate_builds: { x86_64: '4.20.0-0.nightly-2026-07-01-161907' },
    shipment_mr: MR,
  },
  '2026-07-02T15:03:03Z',
);

describe('StateBox', () => {
  it('Z-S1 a new one, in the style of the real files', () => {
    expect(created).toMatchInlineSnapshot(`
      "schema_version: '1.0'
      release: 4.20.28
      created_at: '2026-07-02T15:03:03Z'
      updated_at: '2026-07-02T15:03:03Z'
      metadata:
        jira_ticket: ART-21493
        advisory_ids:
          rpm: 169352
          rhcos: 169353
        release_date: 2026-Jul-07
        candidate_builds:
          x86_64: 4.20.0-0.nightly-2026-07-01-161907
        shipment_mr: https://gitlab.example/ocp-shipment-data/-/merge_requests/624
      tasks: []
      issues: []
      "
    `);
  });

  it.skipIf(noCorpus)(`Z-S1 is the real 4.20.28 to the byte ${needsCorpus}`, () => {
    const real = corpusText('statebox/4.20.28.yaml');
    const { metadata } = parseStateBox('4.20.28', real);
    const { advisory_ids, candidate_builds, shipment_mr } = metadata;
    expect(
      createStateBox(
        '4.20.28',
        {
          jira_ticket: metadata.jira_ticket ?? '',
          advisory_ids,
          release_date: metadata.release_date ?? '',
          candidate_builds,
          shipment_mr,
        },
        '2026-07-02T15:03:03Z',
      ),
    ).toBe(real);
  });

  it('a new one is read back and not started', () => {
    const status = statusOf(parseStateBox('f', created, '4.20.28'));
    expect(status).toMatchObject({
      overall: 'Not Started',
      tasks: [],
      issues: [],
      next: 'Begin take-ownership.',
    });
  });

  it.skipIf(noCorpus)(`Z-S2 every recorded file reads ${needsCorpus}`, () => {
    const files = corpusFiles('statebox');
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const release = file.replace(/\.yaml$/, '');
      const box = parseStateBox(file, corpusText(`statebox/${file}`), release);
      const text = corpusText(`statebox/${file}`);
      expect(text).toContain(`created_at: '${box.created_at}'`);
      expect(box.metadata.release_date).toMatch(/^2\d{3}-[A-Z][a-z]{2}-\d{1,2}$/);
      expect(statusOf(box).summary).toContain(release);
    }
  });

  it.skipIf(noCorpus)(`Z-P15 4.17.55: the jobs under way ${needsCorpus}`, () => {
    const status = statusOf(parseStateBox('f', corpusText('statebox/4.17.55.yaml')));
    const refs = Object.fromEntries(status.tasks.map(({ name, refs }) => [name, refs]));
    expect(refs['push-to-cdn-staging']).toEqual([
      { system: 'errata', id: '169302', url: null },
      { system: 'errata', id: '169303', url: null },
    ]);
    expect(refs['image-consistency-check']).toEqual([
      {
        system: 'prow',
        id: 'bef9b82c-0064-4017-a497-afdca27ffe67',
        url: expect.stringMatching(/2072616259005976576$/),
      },
    ]);
    expect(refs['stage-testing']).toEqual([
      { system: 'jenkins', id: '1673', url: expect.stringMatching(/\/Stage-Pipeline\/1673\/$/) },
    ]);
    expect(refs['take-ownership']).toEqual([
      { system: 'gitlab', id: '624', url: expect.stringMatching(/624$/) },
    ]);
    expect(status).toMatchObject({ overall: 'In Progress' });
    expect(status.next).toBe('Wait for push-to-cdn-staging, image-consistency-check, stage-testing.');
  });

  it('ids in prose are not refs', () => {
    expect(
      refsIn('retries 79b1e145-45fe-4c92-bfa2-bcc6ec7097f2 and build 1673 passed, MR 624 too', MR),
    ).toEqual([]);
  });

  it('each attempt keeps its own address', () => {
    const line = (id: string, run: string) =>
      `Triggered image consistency check Prow job: ${id}\nProw job URL: https://prow.example/${run}\n`;
    const first = 'bef9b82c-0064-4017-a497-afdca27ffe67';
    const second = '15c6a6b7-a0a0-461f-b3f4-4b5597625afc';
    expect(refsIn(line(first, '1') + line(second, '2'), null)).toEqual([
      { system: 'prow', id: first, url: 'https://prow.example/1' },
      { system: 'prow', id: second, url: 'https://prow.example/2' },
    ]);
  });

  it.each([
    ['not YAML', 'a: [', /it is not YAML/],
    ['another release', created, /it speaks of 4\.20\.28, not of 4\.20\.99/],
    [
      'an unknown status',
      created.replace('tasks: []', 'tasks:\n- name: x\n  status: Done'),
      /tasks\S*status/,
    ],
    ['no metadata', created.replace(/metadata:\n( .*\n)+/, ''), /metadata/],
  ])('%s is drift', (_, text, message) => {
    expect(() => parseStateBox('sb.yaml', text, '4.20.99')).toThrow(message);
  });

  it('an open blocker fails the whole, a resolved one does not', () => {
    const withIssue = (resolved: boolean) =>
      statusOf(
        parseStateBox(
          'f',
          created.replace(
            'issues: []',
            `issues:\n- issue: broken\n  reported_at: '2026-07-02T15:03:03Z'\n  resolved: ${resolved}\n  resolution: null\n  blocker: true\n  related_tasks:\n  - stage-testing`,
          ),
        ),
      );
    expect(withIssue(false)).toMatchObject({
      overall: 'Fail',
      next: 'Resolve the open blocker of stage-testing.',
    });
    expect(withIssue(true)).toMatchObject({ overall: 'Not Started' });
  });
});
