import { describe, expect, it } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { SNAPSHOT_ANNOTATION, SnapshotSchema } from '../resources/snapshot.ts';
import { eventOf, promotability, snapshotVerdict } from './classify.ts';
import { corpusObject, needsCorpus, noCorpus } from './testing/corpus.ts';
import { FAILED, PASSED, PUSH, snapshotOf, TESTING } from './testing/objects.ts';

const smoke = (status: string, more: object = {}) => ({
  scenario: 'demo-smoke',
  status,
  lastUpdateTime: '2026-01-15T10:20:00Z',
  ...more,
});

describe.skipIf(noCorpus)(`recorded Snapshots ${needsCorpus}`, () => {
  const recorded = (name: string) => SnapshotSchema.parse(corpusObject(name));

  it('W-K09 a passed one is promotable', () => {
    const snapshot = recorded('snapshot-passed');
    expect(snapshotVerdict(snapshot)).toMatchObject({
      state: 'passed',
      scenarios: [{ scenario: 'demo-smoke', outcome: 'passed', run: 'demo-app-demo-smoke-x1' }],
    });
    expect(promotability(snapshot)).toEqual({ promotable: true, reasons: [] });
  });

  it('W-K10 a failed one is not, and the scenario is named', () => {
    const snapshot = recorded('snapshot-failed');
    expect(snapshotVerdict(snapshot).state).toBe('failed');
    expect(promotability(snapshot)).toEqual({
      promotable: false,
      reasons: ['Required scenario demo-smoke: TestFail.'],
    });
  });

  it('W-K11 one in progress is being tested', () => {
    const snapshot = recorded('snapshot-inprogress');
    expect(snapshotVerdict(snapshot).state).toBe('testing');
    expect(promotability(snapshot)).toEqual({
      promotable: false,
      reasons: ['Its tests have not finished: demo-smoke.'],
    });
  });
});

describe('the state', () => {
  it.each([
    ['passed', PASSED],
    ['passed', ['HACBSStudioTestSucceeded=True/Passed']],
    ['failed', FAILED],
    ['failed', ['HACBSStudioTestSucceeded=False/Failed', 'HACBSIntegrationStatus=True/Finished']],
    ['testing', TESTING],
    [
      'testing',
      ['AppStudioTestSucceeded=Unknown/InProgress', 'AppStudioIntegrationStatus=Unknown/InProgress'],
    ],
    ['testing', ['AppStudioTestSucceeded=False/Failed', 'AppStudioIntegrationStatus=Unknown/InProgress']],
    ['passed', ['AppStudioTestSucceeded=True/Passed', 'AppStudioIntegrationStatus=Unknown/InProgress']],
    ['invalid', ['AppStudioIntegrationStatus=False/Invalid']],
    ['invalid', ['AppStudioTestSucceeded=True/Passed', 'AppStudioIntegrationStatus=False/Invalid']],
    ['canceled', ['AppStudioIntegrationStatus=True/Canceled']],
    ['canceled', ['AppStudioTestSucceeded=False/Failed', 'AppStudioIntegrationStatus=True/Canceled']],
    ['passed', ['AppStudioTestSucceeded=True/Passed', 'AppStudioIntegrationStatus=True/Canceled']],
    ['unknown', ['AppStudioIntegrationStatus=False/ErrorOccured']],
    ['unknown', []],
    ['unknown', ['AppStudioIntegrationStatus=True/Finished']],
  ])('is %s for %j', (state, conditions) => {
    const snapshot = snapshotOf({ conditions });
    expect(snapshotVerdict(snapshot).state).toBe(state);
    expect(promotability(snapshot).promotable).toBe(state === 'passed');
    expect(promotability(snapshot).reasons).toHaveLength(state === 'passed' ? 0 : 1);
  });

  it('prefers the condition of today to the one of former days', () => {
    const conditions = ['HACBSStudioTestSucceeded=True/Passed', 'AppStudioTestSucceeded=False/Failed'];
    expect(snapshotVerdict(snapshotOf({ conditions })).state).toBe('failed');
  });

  it('is testing without a condition while a scenario runs', () => {
    const snapshot = snapshotOf({ conditions: [], tests: [smoke('Pending')] });
    expect(snapshotVerdict(snapshot).state).toBe('testing');
  });

  it('never comes from words in a message', () => {
    const conditions = ['AppStudioTestSucceeded=False/Failed: All Integration Pipeline tests passed'];
    expect(snapshotVerdict(snapshotOf({ conditions })).state).toBe('failed');
  });
});

describe('scenarios', () => {
  it('W-K10 a failed optional one alone does not block', () => {
    const tests = [
      smoke('TestFail', { isOptionalScenario: true }),
      { ...smoke('TestWarning'), scenario: 'perf' },
    ];
    const snapshot = snapshotOf({ conditions: PASSED, tests });
    expect(snapshotVerdict(snapshot).scenarios).toMatchObject([
      { scenario: 'demo-smoke', outcome: 'failed', optional: true },
      { scenario: 'perf', outcome: 'warning', optional: false },
    ]);
    expect(promotability(snapshot)).toEqual({ promotable: true, reasons: [] });
  });

  it('W-K10 only the required ones are named as reasons', () => {
    const tests = [
      smoke('TestFail', { isOptionalScenario: true }),
      { ...smoke('TestInvalid'), scenario: 'perf' },
      { ...smoke('TestPassed'), scenario: 'e2e' },
      { ...smoke('Deleted'), scenario: 'gone' },
    ];
    expect(promotability(snapshotOf({ conditions: FAILED, tests })).reasons).toEqual([
      'Required scenario perf: TestInvalid.',
      'Required scenario gone: Deleted.',
    ]);
  });

  it('an annotation that cannot be read is said, and the conditions still decide', () => {
    for (const text of ['{', '{"a":1}', '[{"scenario":1}]']) {
      const annotations = { 'test.appstudio.openshift.io/status': text };
      expect(snapshotVerdict(snapshotOf({ annotations }))).toEqual({
        state: 'passed',
        scenarios: [],
        unreadable: true,
      });
    }
  });

  it('a status of a later day is unknown, not passed', () => {
    const [scenario] = snapshotVerdict(snapshotOf({ tests: [smoke('TestShrug')] })).scenarios;
    expect(scenario).toMatchObject({ status: 'TestShrug', outcome: 'unknown' });
  });
});

describe('the event', () => {
  const labels = (event: string | undefined, pullRequest?: string) => ({
    ...(event === undefined ? {} : { [LABEL.snapshotEvent]: event }),
    ...(pullRequest === undefined ? {} : { [LABEL.snapshotPullRequest]: pullRequest }),
  });

  it.each([
    ['push', undefined, 'push'],
    ['Push', '12', 'push'],
    ['pull_request', '12', 'pull_request'],
    ['pull_request', undefined, 'pull_request'],
    ['Merge Request', '12', 'pull_request'],
    ['Merge_Request', '12', 'pull_request'],
    ['retest-all-comment', '12', 'pull_request'],
    ['retest-all-comment', undefined, 'push'],
    [undefined, undefined, 'none'],
  ])('%s of pull request %s is %s', (event, pullRequest, expected) => {
    expect(eventOf(snapshotOf({ labels: labels(event, pullRequest) }))).toBe(expected);
  });

  it('of a merge queue is told by its branch', () => {
    const annotations = { [SNAPSHOT_ANNOTATION.sourceBranch]: 'refs/heads/gh-readonly-queue/main/pr-5-abc' };
    const snapshot = snapshotOf({ annotations });
    expect(eventOf(snapshot)).toBe('merge_queue');
    expect(promotability(snapshot).promotable).toBe(false);
  });
});

describe('what stands against a release', () => {
  it('W-K12 passed tests of a pull request do not make it promotable', () => {
    const labels = { ...PUSH, [LABEL.snapshotEvent]: 'pull_request', [LABEL.snapshotPullRequest]: '7' };
    expect(promotability(snapshotOf({ labels }))).toEqual({
      promotable: false,
      reasons: ['It was built for a pull request, not for a push.'],
    });
  });

  it('is listed in full', () => {
    const labels = {
      ...PUSH,
      [LABEL.snapshotEvent]: 'Merge_Request',
      [LABEL.testType]: 'group',
      [LABEL.autoRelease]: 'false',
    };
    const { promotable, reasons } = promotability(snapshotOf({ labels, conditions: FAILED }));
    expect(promotable).toBe(false);
    expect(reasons).toEqual([
      'Its tests did not pass (AppStudioTestSucceeded is False).',
      'It was built for a pull request, not for a push.',
      'It is a group snapshot: a test of several pull requests together.',
      'Its label release.appstudio.openshift.io/auto-release is "false".',
    ]);
  });

  it('is nothing for one made by hand that has passed', () => {
    expect(promotability(snapshotOf({ labels: { [LABEL.testType]: 'override' } })).promotable).toBe(true);
  });

  it('W-K23 is the same for a component group', () => {
    const spec = { componentGroup: 'demo-group', components: [] };
    expect(promotability(snapshotOf({ spec })).promotable).toBe(true);
    expect(promotability(snapshotOf({ spec, conditions: FAILED })).promotable).toBe(false);
  });
});
