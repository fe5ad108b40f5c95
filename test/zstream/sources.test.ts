import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GitHubClient } from '../../tools/github/client.ts';
import { assemblyOf } from '../../tools/oar/assembly.ts';
import { parseBuildData } from '../../tools/oar/build-data.ts';
import { parseRelease } from '../../tools/oar/release.ts';
import { directorySource } from '../../tools/oar/sources/directory.ts';
import { gitSource } from '../../tools/oar/sources/git.ts';
import { GitCache } from '../../tools/oar/sources/git-cache.ts';
import { githubSource } from '../../tools/oar/sources/github.ts';
import { corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { registryOf, zstream } from '../../tools/oar/testing/sandbox.ts';
import { standIn } from '../support/stand-in.ts';

const SCENARIO = 'z-stream-4.20.27';
const METADATA = 'oar_get_release_metadata';
const options = { principal: { id: 'a@example.com', face: 'cli' as const }, now: 0 };

function fileOf(yStream: string) {
  const where = `openshift-${yStream}.releases.excerpt.yml`;
  const assemblies = parseBuildData(where, corpusText(`build-data/${where}`));
  return (release: string) => assemblyOf(where, assemblies, parseRelease(release));
}

/** The excerpts as build data, read by the tool itself. */
function excerpts() {
  const root = mkdtempSync(join(tmpdir(), 'sources-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const yStream of ['4.14', '4.19', '4.20']) {
    mkdirSync(join(root, yStream));
    const text = corpusText(`build-data/openshift-${yStream}.releases.excerpt.yml`);
    writeFileSync(join(root, yStream, 'releases.yml'), text);
  }
  const { registry } = registryOf({ oar: { build_data: { source: 'directory', path: join(root, '%s') } } });
  return async (release: string) => await registry.read(METADATA, { release }, options);
}

interface Expected {
  version: string;
  advisories: Record<string, number>;
  candidate_builds: Record<string, string>;
  jira_ticket: string;
  release_date: string | { error: string };
  shipment_mr: string | { error: string };
  flow: string;
}

describe.skipIf(noCorpus)(`build data ${needsCorpus}`, () => {
  it('Z-C1 the tool answers as expected for every assembly', async () => {
    const read = excerpts();
    const expected: Record<string, Expected> = JSON.parse(corpusText('expected/configstore-expected.json'));
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    for (const [key, answer] of Object.entries(expected)) {
      if (typeof answer.shipment_mr !== 'string') {
        await expect(read(answer.version), key).rejects.toMatchObject({
          code: 'precondition',
          message: expect.stringContaining('has no url'),
        });
        continue;
      }
      expect(await read(answer.version), key).toMatchObject({
        advisories: answer.advisories,
        candidate_builds: answer.candidate_builds,
        jira_ticket: answer.jira_ticket,
        release_date: typeof answer.release_date === 'string' ? answer.release_date : null,
        shipment_mr: answer.shipment_mr === '' ? null : answer.shipment_mr,
        flow: answer.flow,
      });
    }
  });

  it('Z-C2 4.14.1: its own override of the advisories, and no builds though its base has some', () => {
    const read = fileOf('4.14');
    expect(read('4.14.1')).toMatchObject({ advisories: { rpm: 123024 }, candidate_builds: {} });
    expect(Object.keys(read('4.14.0')?.candidate_builds ?? {})).not.toEqual([]);
  });

  it('Z-C5 4.20.0-ec.2: the error names assembly and field', () => {
    expect(() => fileOf('4.20')('4.20.0-ec.2')).toThrow(
      /releases\.ec\.2\.assembly\.group\.shipment has no url/,
    );
  });

  it('Z-C6 errata flow before, konflux flow after; the errata one is named', async () => {
    const read = excerpts();
    expect(await read('4.19.6')).toMatchObject({ flow: 'errata' });
    expect(await read('4.19.16')).toMatchObject({ flow: 'konflux' });
  });

  it.each(['', '4.', '4.12', '4.19.6 ', '4.19.6-rc', 'v4.19.6'])('Z-C6 %j is no release', async (release) => {
    await expect(excerpts()(release)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('Z-C6 an unknown stream and an unknown release are not ready', async () => {
    const read = excerpts();
    for (const release of ['99.99.99', '4.19.999']) {
      await expect(read(release)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining(`build data of ${release} is not ready`),
      });
    }
  });
});

describe('inheritance', () => {
  const of = (text: string, release: string) =>
    assemblyOf('releases.yml', parseBuildData('releases.yml', text), parseRelease(release));

  it('Z-C3 4.12.55 replaces the advisories of its parent; 4.12.66 has no builds and no parent', () => {
    const text = `releases:
  4.12.55: { assembly: { basis: { assembly: 4.12.54 }, group: { advisories!: { image: 1, microshift: 2 } } } }
  4.12.54: { assembly: { basis: { reference_releases: { x86_64: b } }, group: { advisories: { image: 8, rpm: 9 } } } }
  4.12.66: { assembly: { basis: { reference_releases!: {} }, group: { advisories: { rpm: 3 } } } }
`;
    expect(of(text, '4.12.55')).toMatchObject({
      advisories: { image: 1, microshift: 2 },
      candidate_builds: { x86_64: 'b' },
    });
    expect(of(text, '4.12.66')).toMatchObject({ advisories: { rpm: 3 }, candidate_builds: {} });
  });

  it('Z-C4 4.21.0: its own shipment wins over the one of the candidate; the date has a short day', () => {
    const url = (n: number) => `https://gitlab.example.com/a/b/-/merge_requests/${n}`;
    const text = `releases:
  4.21.0: { assembly: { basis: { assembly: rc.3 }, group: { shipment!: { url: "${url(330)}" }, release_date: 2026-Feb-3 } } }
  rc.3: { assembly: { group: { shipment: { url: "${url(300)}" } } } }
`;
    expect(of(text, '4.21.0')).toMatchObject({ shipment_mr: url(330), release_date: '2026-Feb-3' });
  });

  it('Z-C5 an assembly without basis answers what it has', () => {
    expect(of('releases: { 4.20.1: { assembly: { type: stream } } }', '4.20.1')).toMatchObject({
      candidate_builds: {},
      jira_ticket: null,
      flow: 'errata',
    });
  });
});

const BUILD = [
  'github',
  'repositories',
  'openshift-eng/ocp-build-data',
  'branches',
  'openshift-4.20',
  'files',
];

function group(patch: object): object {
  const file = { 'releases.yml': { releases: { '4.20.27': { assembly: { group: patch } } } } };
  return BUILD.toReversed().reduce<object>((inside, name) => ({ [name]: inside }), file);
}

describe('drift', () => {
  const R = { release: '4.20.27' };

  it('Z-C7 what the build data changed after the StateBox was made is shown, and read anew', async () => {
    const world = await zstream(SCENARIO);
    await world.write('oar_create_test_report', R);
    expect(await world.read(METADATA, R)).toMatchObject({ warnings: [] });
    await world.patch(group({ release_date: '2026-Jul-01', advisories: { microshift: 169099 } }));
    expect(await world.read(METADATA, R)).toMatchObject({
      release_date: '2026-Jul-01',
      advisories: { rpm: 169025, rhcos: 169026, microshift: 169099 },
      warnings: expect.arrayContaining([
        expect.stringMatching(/^advisories: the build data says .*microshift 169099.*, the StateBox /),
        'release_date: the build data says 2026-Jul-01, the StateBox 2026-Jun-30',
      ]),
    });
  });

  it('Z-C7 what the tracking file says differently is shown too', async () => {
    const world = await zstream(SCENARIO);
    await world.patch(group({ advisories: { rpm: 169030 }, release_jira: 'ART-9' }));
    expect(await world.read(METADATA, R)).toMatchObject({
      warnings: [
        'advisories: the build data says rhcos 169026, rpm 169030, the tracking file rhcos 169026, rpm 169025',
        'jira_ticket: the build data says ART-9, the tracking file ART-21265',
      ],
    });
  });

  it('Z-C7 a tracking file that cannot be read is a warning, not a failure', async () => {
    const world = await zstream(SCENARIO);
    await world.fault({ system: 'github', path: '4\\.20\\.z\\.yaml', fault: '500', times: 9 });
    expect(await world.read(METADATA, R)).toMatchObject({
      release: '4.20.27',
      warnings: [expect.stringMatching(/^The tracking file cannot be compared: /)],
    });
  });

  it('Z-C8 ART-0 is a warning, and nothing else stops for it', async () => {
    const world = await zstream(SCENARIO);
    await world.patch(group({ release_jira: 'ART-0' }));
    expect(await world.read(METADATA, R)).toMatchObject({
      warnings: expect.arrayContaining(['The Jira ticket ART-0 is a placeholder.']),
    });
    await world.write('oar_create_test_report', R);
    await world.write('oar_take_ownership', { ...R, email: 'rl@example.com' });
    expect(await world.read('oar_is_release_shipped', R)).toMatchObject({ state: 'not_yet' });
  });
});

describe('Z-C9 there is no cache of releases', () => {
  it('Z-C9 each call reads once, and anew', async () => {
    const text = (date: string) =>
      Buffer.from(`releases: { 4.20.1: { assembly: { group: { release_date: ${date} } } } }`).toString(
        'base64',
      );
    const reply = (date: string) => ({
      body: { type: 'file', sha: date, encoding: 'base64', content: text(date) },
    });
    const path = 'GET /repos/o/r/contents/releases.yml';
    await using server = await standIn({ [path]: [reply('2026-Feb-03'), reply('2026-Feb-04')] });
    const { registry } = registryOf({
      github: { base_url: server.url, token: 'cmd:echo t' },
      oar: { build_data: { source: 'github', url: 'o/r', branch: 'main' } },
    });
    const read = async () => await registry.read(METADATA, { release: '4.20.1' }, options);
    expect(await read()).toMatchObject({ release_date: '2026-Feb-03' });
    expect(server.requests()).toHaveLength(1);
    expect(await read()).toMatchObject({ release_date: '2026-Feb-04' });
    expect(server.requests()).toHaveLength(2);
  });

  it('Z-C9 one release that cannot be read fails alone', async () => {
    const world = await zstream(SCENARIO);
    const [good, bad] = await Promise.allSettled(
      ['4.20.27', '4.20.99'].map((release) => world.read(METADATA, { release })),
    );
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
  });
});

describe('listing a folder of a source', () => {
  it('of a directory', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sources-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    mkdirSync(join(root, '_releases', '4.20'), { recursive: true });
    writeFileSync(join(root, '_releases', 'test.txt'), '');
    const source = directorySource(root);
    expect(await source.list('_releases', '')).toEqual(['4.20', 'test.txt']);
    expect(await source.list('nowhere', '')).toBeUndefined();
    await expect(source.list('../etc', '')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('of GitHub', async () => {
    await using server = await standIn({
      'GET /repos/o/r/contents/_releases': { body: [{ name: '4.20' }, { name: 'test.txt' }] },
      'GET /repos/o/r/contents/nowhere': { status: 404 },
      'GET /repos/o/r/contents/secret': { status: 401 },
    });
    const source = githubSource(() => new GitHubClient(server.http()), 'o/r', 'z');
    expect(await source.list('_releases', '')).toEqual(['4.20', 'test.txt']);
    expect(await source.list('nowhere', '')).toBeUndefined();
    await expect(source.list('secret', '')).rejects.toMatchObject({ code: 'auth' });
  });

  it('of a git remote', async () => {
    const { execFileSync } = await import('node:child_process');
    const root = mkdtempSync(join(tmpdir(), 'sources-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-C', root, ...args]);
    git('init', '--quiet', '-b', 'main');
    mkdirSync(join(root, '_releases', '4.20'), { recursive: true });
    writeFileSync(join(root, '_releases', '4.20', 'x.yaml'), '');
    writeFileSync(join(root, '_releases', 'test.txt'), '');
    git('add', '.');
    git('commit', '--quiet', '-m', 'x');
    const source = gitSource(new GitCache(() => 0, 20_000), `file://${root}`, 'main');
    expect(await source.list('_releases', '')).toEqual(['4.20', 'test.txt']);
    expect(await source.list('nowhere', '')).toBeUndefined();
  });
});
