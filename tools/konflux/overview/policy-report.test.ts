import { describe, expect, it } from 'vitest';
import { podObject, runObject, taskObject } from '../builds/testing/objects.ts';
import { CONDITIONS, RELEASES, releaseObject } from '../releases/testing/objects.ts';
import { CLOSED, snapshotNamed, world } from '../releases/testing/world.ts';
import { LABEL } from '../resources/common.ts';
import { output, SHA } from '../snapshots/testing/objects.ts';

const MANAGED = 'managed-demo-tenant';
const entry = (code: string, msg: string) => ({
  msg,
  metadata: { code, title: `Title of ${code}`, solution: `Mend ${code}.` },
});
const REPORT = {
  success: false,
  'ec-version': 'v0.7.1',
  'effective-time': '2026-01-15T10:00:00Z',
  components: [
    {
      name: 'demo-backend',
      containerImage: 'x',
      success: false,
      violations: [
        entry('tasks.required_tasks_found', 'clamav-scan is missing'),
        entry('cve.blockers', 'CVE-1'),
      ],
      warnings: [entry('labels.optional', 'license is missing')],
    },
    { name: 'demo-web', containerImage: 'y', success: false, violations: [entry('cve.blockers', 'CVE-1')] },
  ],
};
const FAILURE = output('FAILURE', 200, 3, 1);

/** A test or managed run with a check in it. */
function check(
  run: string,
  said: object | string | undefined,
  given: {
    scenario?: string;
    namespace?: string;
    task?: string;
    log?: string | undefined;
    created?: string;
  } = {},
): object[] {
  const { scenario, namespace = 'demo-tenant', task = 'verify-conforma' } = given;
  const at = <T extends { metadata: object }>(object: T) => ({
    ...object,
    metadata: { ...object.metadata, namespace },
  });
  const labels = scenario === undefined ? {} : { [LABEL.scenario]: scenario, [LABEL.snapshot]: 'demo-app-1' };
  const made = taskObject({
    run,
    task,
    outcome: 'True/Succeeded',
    steps: [
      { name: 'validate', container: 'step-validate' },
      { name: 'report-json', container: 'step-report-json' },
      { name: 'assert', container: 'step-assert' },
    ],
  });
  const value = typeof said === 'string' ? said : JSON.stringify(said);
  const results = said === undefined ? [] : [{ name: 'TEST_OUTPUT', value }];
  return [
    at(
      runObject({
        name: run,
        type: scenario === undefined ? 'managed' : 'test',
        outcome: 'True/Succeeded',
        created: given.created ?? '2026-01-15T10:00:00Z',
        children: [task],
        labels,
      }),
    ),
    at({ ...made, status: { ...made.status, results } }),
    ...(given.log === undefined
      ? []
      : [
          at(
            podObject(`${run}-${task}-pod`, {
              'step-validate': 'validating',
              'step-report-json': given.log,
              'step-assert': 'false',
            }),
          ),
        ]),
  ];
}

describe('konflux_policy_report of a Snapshot', () => {
  it('tells the worst check, its violations and what mends them', async () => {
    const objects = [
      snapshotNamed('demo-app-1'),
      ...check('conforma-1', FAILURE, { scenario: 'demo-conforma', log: JSON.stringify(REPORT) }),
      ...check('conforma-2', output('SUCCESS', 200), { scenario: 'other-policy' }),
      ...check('smoke', output('FAILURE', 0, 9), { scenario: 'demo-smoke', task: 'smoke' }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchInlineSnapshot(`
      {
        "archived": false,
        "checks": [
          {
            "checked_at": "2026-01-15T10:00:00Z",
            "failures": 3,
            "namespace": "demo-tenant",
            "result": "FAILURE",
            "run": "conforma-1",
            "scenario": "demo-conforma",
            "state": "succeeded",
            "successes": 200,
            "task": "verify-conforma",
            "warnings": 1,
          },
          {
            "checked_at": "2026-01-15T10:00:00Z",
            "failures": 0,
            "namespace": "demo-tenant",
            "result": "SUCCESS",
            "run": "conforma-2",
            "scenario": "other-policy",
            "state": "succeeded",
            "successes": 200,
            "task": "verify-conforma",
            "warnings": 0,
          },
        ],
        "namespace": "demo-tenant",
        "next": "konflux_pipeline_status {"name":"conforma-1","namespace":"demo-tenant"}",
        "report": {
          "effective_time": "2026-01-15T10:00:00Z",
          "run": "conforma-1",
          "version": "v0.7.1",
        },
        "result": "FAILURE",
        "summary": "Conforma says FAILURE for Snapshot demo-app-1 in conforma-1: 3 violations, 1 warnings, 200 passed rules. It is the worst of 2 checks. Violated: cve.blockers, tasks.required_tasks_found.",
        "truncated": false,
        "violation_count": 2,
        "violations": [
          {
            "code": "cve.blockers",
            "component_count": 2,
            "components": [
              "demo-backend",
              "demo-web",
            ],
            "message": "CVE-1",
            "solution": "Mend cve.blockers.",
            "title": "Title of cve.blockers",
          },
          {
            "code": "tasks.required_tasks_found",
            "component_count": 1,
            "components": [
              "demo-backend",
            ],
            "message": "clamav-scan is missing",
            "solution": "Mend tasks.required_tasks_found.",
            "title": "Title of tasks.required_tasks_found",
          },
        ],
        "warning_count": 1,
        "warnings": [
          {
            "code": "labels.optional",
            "component_count": 1,
            "components": [
              "demo-backend",
            ],
            "message": "license is missing",
            "solution": "Mend labels.optional.",
            "title": "Title of labels.optional",
          },
        ],
      }
    `);
  });

  it('of a scenario that ran again only the newest run counts', async () => {
    const objects = [
      snapshotNamed('demo-app-1'),
      ...check('first', FAILURE, { scenario: 'demo-conforma' }),
      ...check('again', output('SUCCESS', 200), {
        scenario: 'demo-conforma',
        created: '2026-01-15T11:00:00Z',
      }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({
      result: 'SUCCESS',
      checks: [{ run: 'again' }],
    });
  });

  it('without a pod the counts remain, and why there are no violations is said', async () => {
    const objects = [snapshotNamed('demo-app-1'), ...check('c', FAILURE, { scenario: 'demo-conforma' })];
    await using w = await world({ objects });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({
      result: 'FAILURE',
      checks: [{ successes: 200, failures: 3, warnings: 1 }],
      violations: [],
      violation_count: null,
      report: null,
      no_report: 'The pod c-verify-conforma-pod is gone, and with it the log that holds the report.',
      summary: expect.stringContaining('is gone'),
    });
  });

  it('a log that was cut off has no report', async () => {
    const log = JSON.stringify(REPORT).slice(0, 200);
    const objects = [snapshotNamed('demo-app-1'), ...check('c', FAILURE, { scenario: 'x', log })];
    await using w = await world({ objects });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({
      report: null,
      no_report: 'No step of c-verify-conforma-pod printed a report that can be read.',
    });
  });

  it.each([
    ['WARNING', output('WARNING', 10, 0, 1), 'WARNING'],
    ['a check that runs', undefined, 'NONE'],
    ['a result that cannot be read', '{', 'UNREADABLE'],
  ])('%s', async (_, said, result) => {
    const objects = [snapshotNamed('demo-app-1'), ...check('c', said, { scenario: 'x' })];
    await using w = await world({ objects });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({ result });
  });

  it('W-K18 a commit in its place is refused; nothing checked is said so', async () => {
    await using w = await world({ objects: [snapshotNamed('demo-app-1')] });
    await expect(w.read('konflux_policy_report', { snapshot: SHA })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({
      result: 'NONE',
      checks: [],
      next: expect.stringContaining('konflux_release_list'),
    });
  });

  it('W-K24 pruned runs, tasks and logs come from the archive', async () => {
    await using w = await world({
      objects: [snapshotNamed('demo-app-1')],
      archived: check('c', FAILURE, { scenario: 'x', log: JSON.stringify(REPORT) }),
    });
    expect(await w.read('konflux_policy_report', { snapshot: 'demo-app-1' })).toMatchObject({
      archived: true,
      result: 'FAILURE',
      violation_count: 2,
    });
  });

  it('is cut to few violations, and fits 10 KB', async () => {
    const violations = Array.from({ length: 400 }, (_, n) =>
      entry(`rule.${n}`, `bad ${n} ${'x'.repeat(500)}`),
    );
    const log = JSON.stringify({ ...REPORT, components: [{ ...REPORT.components[0], violations }] });
    const objects = [snapshotNamed('demo-app-1'), ...check('c', FAILURE, { scenario: 'x', log })];
    await using w = await world({ objects });
    const answer = await w.read('konflux_policy_report', { snapshot: 'demo-app-1' });
    expect(answer).toMatchObject({ violation_count: 400, truncated: true });
    expect((answer as { violations: unknown[] }).violations).toHaveLength(10);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });
});

describe('of a Release', () => {
  const managed = check('managed-bad1', FAILURE, { namespace: MANAGED, log: JSON.stringify(REPORT) });
  const failed = RELEASES['release-failed-managed']();

  it('its managed run in the managed namespace is looked at', async () => {
    await using w = await world({ objects: [failed, ...managed] });
    expect(await w.read('konflux_policy_report', { release: 'demo-rel-bad' })).toMatchObject({
      result: 'FAILURE',
      checks: [{ run: 'managed-bad1', namespace: MANAGED, scenario: null }],
      violations: [{ code: 'cve.blockers', component_count: 2 }, { code: 'tasks.required_tasks_found' }],
      next: `konflux_pipeline_status {"name":"managed-bad1","namespace":"${MANAGED}"}`,
    });
  });

  it('that failed its validation has nothing to show', async () => {
    await using w = await world({ objects: [releaseObject({ conditions: CONDITIONS.invalid })] });
    await expect(w.read('konflux_policy_report', { release: 'demo-rel' })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('block-releases label set to true'),
    });
  });

  it('a managed namespace that is closed to us is forbidden', async () => {
    const forbidden = [...CLOSED, { resource: 'pipelineruns', namespace: MANAGED }];
    await using w = await world({ objects: [failed, ...managed], forbidden });
    await expect(w.read('konflux_policy_report', { release: 'demo-rel-bad' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('of a run', () => {
  it('by name, or by namespace and name', async () => {
    await using w = await world({
      objects: check('managed-x', output('SUCCESS', 9), { namespace: MANAGED }),
    });
    for (const given of [{ run: `${MANAGED}/managed-x` }, { run: 'managed-x', namespace: MANAGED }])
      expect(await w.read('konflux_policy_report', given)).toMatchObject({
        result: 'SUCCESS',
        summary: expect.stringContaining('0 violations, 0 warnings, 9 passed rules'),
      });
    await expect(w.read('konflux_policy_report', { run: 'managed-x' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it.each([{}, { run: 'a', release: 'b' }, { run: 'a/b/c' }])('%j is refused', async (given) => {
    await using w = await world({ objects: [] });
    await expect(w.read('konflux_policy_report', given)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
