import { describe, expect, it } from 'vitest';
import { AWS, BUILD, files, GCP, jobsWorld, RECORD, record } from '../../tools/jobs/testing/world.ts';

const BUCKET = 'qe-private-deck';
const STEPS = {
  extended: 'openshift-extended-test/artifacts/junit/import-Workloads.xml',
  features: 'cucushift-e2e/artifacts/parallel/junit-report/TEST-features-cli.xml',
  combined: 'cucushift-e2e/artifacts/junit_cucushift-e2e-combined-1.xml',
  web: 'openshift-extended-web-tests/artifacts/gui_test_screenshots/console-cypress.xml',
  install: 'ipi-install-install/artifacts/junit_install.xml',
} as const;

const at = (job: string, n: number, path: string) => `logs/${job}/${n}/artifacts/e2e-f999/${path}`;
const run = (job: string, n: number, failingScenarios?: string[]) => ({
  jobID: `00000000-0000-4000-8000-00000000000${n}`,
  jobURL: `https://deck.example/view/gs/${BUCKET}/logs/${job}/${n}`,
  jobState: 'failure',
  jobCompletionTime: '2026-06-25T11:00:00Z',
  ...(failingScenarios === undefined ? {} : { testResultSummary: { suite: { failingScenarios } } }),
});
const suite = (...cases: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="s" tests="9">${cases.join('')}</testsuite></testsuites>`;
const failing = (name: string, inside: string) => `<testcase name="${name}" time="1">${inside}</testcase>`;

interface Answer {
  jobs: {
    attempts: { failing: { scenario: string; message: string | null }[]; log_tail?: string }[];
    consistent: string[];
    flaky: string[];
  }[];
  cross_platform: string[];
  unavailable: { job: string; why: string }[];
}

async function analysis(jobs: unknown[], objects: Record<string, string>): Promise<Answer> {
  const sandbox = await jobsWorld();
  await sandbox.patch(files('record', RECORD, record(jobs, { aggregated: true, accepted: false })));
  await sandbox.patch({ artifacts: { buckets: { [BUCKET]: objects } } });
  return (await sandbox.read('oar_analyze_test_failures', { build: BUILD })) as Answer;
}

/** One failed run of one job with one junit file. */
async function ofFile(xml: string, recorded?: string[]) {
  const { jobs, unavailable } = await analysis([{ jobName: AWS, firstJob: run(AWS, 1, recorded) }], {
    [at(AWS, 1, STEPS.extended)]: xml,
    [`logs/${AWS}/1/build-log.txt`]: 'the end',
  });
  const [attempt] = jobs.flatMap(({ attempts }) => attempts);
  return {
    failing: attempt?.failing ?? [],
    log: attempt?.log_tail,
    unavailable: unavailable.map(({ why }) => why).filter((why) => !why.startsWith('test-results.yaml')),
  };
}

describe('Z-T12 junit files of failed runs', () => {
  it('are read by the patterns of the steps, with what each failure says', async () => {
    const { jobs, unavailable } = await analysis(
      [{ jobName: AWS, firstJob: run(AWS, 1, ['of the record']) }],
      {
        [at(AWS, 1, STEPS.extended)]: suite(
          failing('passed', ''),
          failing('skipped', '<skipped/>'),
          failing(
            'by text',
            '<failure>fail [a.go:7]: timed out &lt;3m&gt;</failure><system-out>noise</system-out>',
          ),
          failing('12345', '<failure message="expected &quot;a&quot; &#38; got &#x62;"></failure>'),
        ),
        [at(AWS, 1, STEPS.features)]:
          `<testsuite>${failing('by feature', '<error message="step 3"><![CDATA[stack <x> &amp;]]></error>')}</testsuite>`,
        [at(AWS, 1, STEPS.combined)]: suite(
          `<testsuite name="inner">${failing('nested', '<failure/>')}</testsuite>`,
        ),
        [at(AWS, 1, STEPS.web)]: suite(
          failing('in the console', '<failure message="no button">no button: at x.ts</failure>'),
        ),
        [at(AWS, 1, STEPS.install)]: suite(failing('install', '<failure>not a test</failure>')),
      },
    );
    expect(jobs[0]?.attempts[0]?.failing).toEqual([
      { scenario: 'nested', message: null },
      { scenario: 'by text', message: 'fail [a.go:7]: timed out <3m>' },
      { scenario: '12345', message: 'expected "a" & got b' },
      { scenario: 'by feature', message: 'step 3\nstack <x> &amp;' },
      { scenario: 'in the console', message: 'no button: at x.ts' },
    ]);
    expect(unavailable.map(({ why }) => why)).toEqual(['test-results.yaml is not there']);
  });

  it('come after the report and before the record, and tell what the others name', async () => {
    const report = 'suite:\n  failures: 1\n  failingScenarios: ["of  the report", other]\n';
    const xml = suite(
      failing('of the report', '<failure message="quota"/>'),
      failing('only in junit', '<failure message="no"/>'),
    );
    const reportPath = 'openshift-e2e-test-qe-report/artifacts/test-results.yaml';
    const { jobs, unavailable } = await analysis(
      [{ jobName: AWS, firstJob: run(AWS, 1, ['of the record']) }],
      {
        [at(AWS, 1, reportPath)]: report,
        [at(AWS, 1, STEPS.extended)]: xml,
      },
    );
    expect(jobs[0]?.attempts[0]?.failing).toEqual([
      { scenario: 'of the report', message: 'quota' },
      { scenario: 'other', message: null },
    ]);
    expect(unavailable).toEqual([]);

    const passed = await ofFile(suite(failing('a', '')), ['of the record']);
    expect(passed.failing).toEqual([{ scenario: 'of the record', message: null }]);
    expect((await ofFile(suite(failing('a', '')))).log).toBe('the end');
  });

  it('are grouped as the reports are', async () => {
    const xml = (...names: string[]) => suite(...names.map((name) => failing(name, '<failure>x</failure>')));
    const answer = await analysis(
      [
        { jobName: AWS, firstJob: run(AWS, 1), retriedJobs: [run(AWS, 2)] },
        { jobName: GCP, firstJob: run(GCP, 3) },
      ],
      {
        [at(AWS, 1, STEPS.features)]: xml('always', 'once'),
        [at(AWS, 2, STEPS.features)]: xml('always'),
        [at(GCP, 3, STEPS.web)]: xml('always'),
      },
    );
    expect(answer).toMatchObject({
      jobs: [{ consistent: ['always'], flaky: ['once'] }, {}],
      cross_platform: ['always'],
    });
  });
});

const LAUGHS = Array.from(
  { length: 9 },
  (_, n) => `<!ENTITY l${n + 1} "${n === 0 ? 'lol' : `&l${n};`.repeat(10)}">`,
).join('');

describe('a hostile junit file', () => {
  it.each([
    ['billion laughs', `<!DOCTYPE x [${LAUGHS}]>${suite(failing('a', '<failure>&l9;</failure>')).slice(39)}`],
    [
      'an external entity',
      `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite>${failing('a', '<failure>&e;</failure>')}</testsuite>`,
    ],
    [
      'a document type below',
      suite('<!DOCTYPE x [<!ENTITY e "b00m">', failing('a', '<failure>&e;</failure>')),
    ],
    ['no junit', '<html><body>404</body></html>'],
    ['cut short', suite(failing('a', '<failure>x</failure>')).slice(0, -20)],
    ['no text', ''],
    ['a tag named as the language names things', suite('<__proto__><a/></__proto__>')],
    ['bytes', '<testsuite \u0000\u0001\ufffd'],
    ['deep', `<testsuite>${'<testsuite>'.repeat(5_000)}${'</testsuite>'.repeat(5_000)}</testsuite>`],
    ['many tags', suite('<a/>'.repeat(300_000))],
    ['too large', `<testsuite>${' '.repeat(9 * 1024 * 1024)}</testsuite>`],
  ])('%s: is named, and the record counts', async (_, xml) => {
    const { failing: found, unavailable } = await ofFile(xml, ['of the record']);
    expect(found).toEqual([{ scenario: 'of the record', message: null }]);
    expect(unavailable).toEqual([expect.stringMatching(/^artifacts\/e2e-f999\/.*import-Workloads\.xml: /)]);
    expect(unavailable.join()).not.toMatch(/lollol|root:|b00m/);
  });

  it('an entity that nobody declared stays as it is written', async () => {
    const { failing: found } = await ofFile(
      suite(failing('a', '<failure>&secret; &amp;lt; &#0;&#9999999;</failure>')),
    );
    expect(found).toEqual([{ scenario: 'a', message: '&secret; &lt; &#9999999;' }]);
  });

  it('characters that nobody sees are taken out, of names and of messages', async () => {
    const xml = suite(
      failing('a\u202eb&#8238;c\nd', '<failure message="x\u200by&#x202e;z&#x1b;[31m">\u2066t</failure>'),
    );
    expect((await ofFile(xml)).failing).toEqual([{ scenario: 'abc d', message: 'xyz\nt' }]);
  });

  it('names of the language are names like others', async () => {
    const xml = suite(
      failing('__proto__', '<failure constructor="c">x</failure>'),
      failing('constructor', '<failure/>'),
    );
    const { failing: found, unavailable } = await ofFile(xml);
    expect([found.map(({ scenario }) => scenario), unavailable]).toEqual([['__proto__', 'constructor'], []]);
  });

  it('5 MB of text and of cases are capped', async () => {
    const long = await ofFile(
      suite(failing('a', `<failure>${'x<![CDATA[yyyyyyyyyyyyy]]>'.repeat(200_000)}</failure>`)),
    );
    expect(long.unavailable).toEqual([]);
    expect(long.failing[0]?.message?.length).toBeLessThan(700);
    const many = Array.from({ length: 30_000 }, (_, n) =>
      failing(`case ${n}`, '<failure>why it failed</failure>'),
    );
    const wide = await ofFile(suite(...many));
    expect(wide.failing).toHaveLength(40);
    const text = await ofFile(
      suite(failing('a', `<failure message="m">${'why '.repeat(1_300_000)}</failure>`)),
    );
    expect(text.failing[0]?.message).toMatch(/^m\nwhy why [\s\S]{500,620} more characters\]$/);
  });

  it('more files than are read are counted', async () => {
    const objects = Array.from({ length: 70 }, (_, n) => [
      at(AWS, 1, STEPS.features.replace('cli', `f${n}`)),
      suite(failing(`case ${n}`, '<failure>x</failure>')),
    ]);
    const { unavailable } = await analysis(
      [{ jobName: AWS, firstJob: run(AWS, 1) }],
      Object.fromEntries(objects),
    );
    expect(unavailable.map(({ why }) => why)).toContain('10 more junit files are not read');
  });
});
