import { describe, expect, test } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { AdmissionSchema, ReleasePlanSchema, ReleaseSchema } from '../resources/release.ts';
import { SnapshotSchema } from '../resources/snapshot.ts';
import { corpusObject, needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';
import { component, PUSH, snapshotObject, snapshotOf, TESTING } from '../snapshots/testing/objects.ts';
import { autoRelease } from './plan-view.ts';
import { duplicatesOf, holding, type PreflightFacts, plainly, preflight } from './preflight.ts';
import { admissionObject, admissionOf, planObject, planOf, RELEASES, releaseOf } from './testing/objects.ts';
import { onBoth } from './testing/recorded.ts';

const there = <T>(object: T) => ({ object, archived: false });
const facts = (given: Partial<PreflightFacts> = {}): PreflightFacts => ({
  plan: there(planOf()),
  snapshot: there(snapshotOf()),
  admissions: { access: 'open', items: [admissionOf()] },
  releases: [],
  archiveTrouble: undefined,
  ...given,
});
const FORBIDDEN = { access: 'forbidden', why: 'konflux: we may not list them' } as const;

function stateOf(given: Partial<PreflightFacts>, name: string) {
  const { checks, verdict, ready } = preflight(facts(given));
  const check = checks.find((one) => one.name === name);
  return { state: check?.state, detail: check?.detail, verdict, ready };
}

describe('W-K06 plan and admission are in order', () => {
  const inOrder = (plan: unknown, admission: unknown, snapshot: unknown) => {
    const read = ReleasePlanSchema.parse(plan);
    const result = preflight(
      facts({
        plan: there(read),
        admissions: { access: 'open', items: [AdmissionSchema.parse(admission)] },
        snapshot: there(SnapshotSchema.parse(snapshot)),
      }),
    );
    expect(result).toMatchObject({ verdict: 'pass', ready: true });
    expect(result.checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'plan_exists pass',
      'snapshot_exists pass',
      'same_parent pass',
      'admission_matched pass',
      'admission_open pass',
      'pipeline_defined pass',
      'snapshot_promotable pass',
      'no_duplicate pass',
      'attribution pass',
      'images_by_digest pass',
    ]);
    expect(result.checks.find(({ name }) => name === 'attribution')?.detail).toContain('demo-user');
    expect(autoRelease(read)).toEqual({ mode: 'off', expression: null });
  };

  test('restated', () => inOrder(planObject(), admissionObject(), snapshotObject()));
  test.skipIf(noCorpus)(`recorded ${needsCorpus}`, () =>
    inOrder(
      corpusObject('releaseplan'),
      corpusObject('releaseplanadmission'),
      corpusObject('snapshot-passed'),
    ),
  );
});

describe('the admission', () => {
  test('W-K07 a plan that no admission takes fails', () => {
    const plan = there(planOf({ matched: 'False' }));
    expect(stateOf({ plan, admissions: { access: 'open', items: [] } }, 'admission_matched')).toMatchObject({
      state: 'fail',
      detail: 'No admission in managed-demo-tenant takes demo-app from demo-tenant.',
      verdict: 'fail',
      ready: false,
    });
    expect(stateOf({ plan, admissions: FORBIDDEN }, 'admission_matched')).toMatchObject({
      state: 'fail',
      verdict: 'fail',
    });
    // The status is what the service goes by, even where a match is in sight.
    expect(stateOf({ plan }, 'admission_matched').state).toBe('fail');
  });

  test('several that take it fail, as the service would', () => {
    const items = [admissionOf({ name: 'a' }), admissionOf({ name: 'b' })];
    expect(stateOf({ admissions: { access: 'open', items } }, 'admission_matched')).toMatchObject({
      state: 'fail',
      detail: 'Several admissions take it: a, b.',
    });
  });

  onBoth(
    'W-K08 blocked releases fail',
    'releaseplanadmission-blocked',
    () => admissionObject({ blocked: true }),
    (admission) => {
      const items = [AdmissionSchema.parse(admission)];
      expect(stateOf({ admissions: { access: 'open', items } }, 'admission_open')).toMatchObject({
        state: 'fail',
        detail: 'Releases are blocked: managed-demo-tenant/demo-app-prod has block-releases "true".',
        verdict: 'fail',
        ready: false,
      });
    },
  );

  test("W-K08 an admission that may not be read is unknown, and the plan's status vouches for it", () => {
    const result = preflight(facts({ admissions: FORBIDDEN }));
    expect(result).toMatchObject({ verdict: 'unknown', ready: true });
    expect(stateOf({ admissions: FORBIDDEN }, 'admission_matched').state).toBe('pass');
    expect(stateOf({ admissions: FORBIDDEN }, 'admission_open')).toMatchObject({
      state: 'unknown',
      detail:
        "Whether releases are blocked is unknown: managed-demo-tenant may not be read; the plan's status says active: true.",
    });
  });

  test.each([
    ['not active', planOf({ admission: { name: 'managed-demo-tenant/demo-app-prod', active: false } })],
    ['not decided', planOf({ matched: null })],
  ])('W-K08 a closed admission of a plan that is %s holds the release up', (_, plan) => {
    expect(stateOf({ plan: there(plan), admissions: FORBIDDEN }, 'admission_open')).toMatchObject({
      state: 'unknown',
      verdict: 'unknown',
      ready: false,
    });
  });

  test('without a target a tenant pipeline is enough, and needed', () => {
    const pipelineRef = { resolver: 'git', params: [] };
    const own = planOf({ spec: { application: 'demo-app', tenantPipeline: { pipelineRef } } });
    const none = planOf({ spec: { application: 'demo-app' } });
    const admissions = { access: 'none' } as const;
    expect(preflight(facts({ plan: there(own), admissions })).verdict).toBe('pass');
    expect(stateOf({ plan: there(none), admissions }, 'pipeline_defined').state).toBe('fail');
  });

  test('without any pipeline it fails', () => {
    const items = [admissionOf({ spec: { pipeline: undefined } })];
    expect(stateOf({ admissions: { access: 'open', items } }, 'pipeline_defined').state).toBe('fail');
  });
});

describe('the snapshot', () => {
  onBoth(
    'W-K11 one that is being tested is not released',
    'snapshot-inprogress',
    () => snapshotObject({ conditions: TESTING }),
    (object) => {
      const snapshot = there(SnapshotSchema.parse(object));
      expect(stateOf({ snapshot }, 'snapshot_promotable')).toMatchObject({
        state: 'fail',
        detail: expect.stringMatching(/^The snapshot is testing: Its tests have not finished/),
        ready: false,
      });
    },
  );

  test('W-K12 passed, but of a pull request', () => {
    const snapshot = there(snapshotOf({ labels: { ...PUSH, [LABEL.snapshotEvent]: 'pull_request' } }));
    expect(stateOf({ snapshot }, 'snapshot_promotable').state).toBe('fail');
  });

  test.each([
    [
      { application: 'other' },
      'The plan releases application demo-app, the snapshot belongs to application other.',
    ],
    [
      { componentGroup: 'demo-app' },
      'The plan releases application demo-app, the snapshot belongs to componentGroup demo-app.',
    ],
    [{}, 'The plan releases application demo-app, the snapshot belongs to nothing.'],
  ])('of another parent than the plan: %j', (parent, detail) => {
    const snapshot = there(snapshotOf({ spec: { ...parent, components: [component('demo-backend')] } }));
    expect(stateOf({ snapshot }, 'same_parent')).toMatchObject({ state: 'fail', detail });
  });

  test('an image by its tag, or none at all, fails', () => {
    const tagged = snapshotOf({
      spec: { application: 'demo-app', components: [component('a'), component('b', 'r.example.com/b:1')] },
    });
    expect(stateOf({ snapshot: there(tagged) }, 'images_by_digest')).toMatchObject({
      state: 'fail',
      detail: 'Without a digest: b.',
    });
    const empty = snapshotOf({ spec: { application: 'demo-app', components: [] } });
    expect(stateOf({ snapshot: there(empty) }, 'images_by_digest').state).toBe('fail');
  });

  test('W-K24 one that only the archive has is unknown', () => {
    const snapshot = { object: snapshotOf(), archived: true };
    expect(stateOf({ snapshot }, 'snapshot_exists')).toMatchObject({ state: 'unknown', ready: false });
  });

  test('what is missing fails alone, the rest was not looked at', () => {
    const { checks, verdict } = preflight(
      facts({ plan: { missing: 'no plan' }, snapshot: { missing: 'no snapshot' } }),
    );
    expect(verdict).toBe('fail');
    expect(plainly(holding(checks)).map(({ detail }) => detail)).toEqual(['no plan', 'no snapshot']);
    expect(checks.filter(({ state }) => state === 'pass').map(({ name }) => name)).toEqual(['no_duplicate']);
  });
});

describe('duplicates', () => {
  test.each([
    ['release-succeeded', 'fail'],
    ['release-progressing', 'fail'],
    ['release-failed-managed', 'pass'],
    ['release-failed-validation', 'pass'],
  ] as const)('W-K19 %s: %s', (name, state) => {
    const releases = [ReleaseSchema.parse(RELEASES[name]())];
    expect(stateOf({ releases }, 'no_duplicate').state).toBe(state);
  });

  test('one that has not begun is one too; the newest is named first', () => {
    const releases = [
      releaseOf({ name: 'old' }),
      releaseOf({ name: 'new', created: '2026-01-16T10:00:00Z' }),
    ];
    expect(duplicatesOf(releases).map(({ metadata }) => metadata.name)).toEqual(['new', 'old']);
    expect(stateOf({ releases }, 'no_duplicate').detail).toContain('new (pending), old (pending)');
  });

  test('an archive that does not answer leaves it open', () => {
    expect(stateOf({ archiveTrouble: 'it is down' }, 'no_duplicate')).toMatchObject({
      state: 'unknown',
      ready: false,
    });
  });
});

describe('auto-release', () => {
  const label = (value: string) => ({ labels: { [LABEL.autoRelease]: value } });
  test.each([
    [label('true'), { mode: 'on', expression: null }],
    [label('false'), { mode: 'off', expression: null }],
    // integration-service takes a missing label for "true".
    [{ labels: {} }, { mode: 'on', expression: null }],
    [
      { ...label('false'), annotations: { [LABEL.autoRelease]: 'updatedComponentIs("demo-backend")' } },
      { mode: 'expression', expression: 'updatedComponentIs("demo-backend")' },
    ],
    [label('shouldRelease'), { mode: 'expression', expression: 'shouldRelease' }],
  ])('%j', (given, expected) => {
    expect(autoRelease(planOf(given))).toEqual(expected);
  });

  test('standing attribution without an author fails; a plan that is released by hand needs neither', () => {
    const broken = planOf({ labels: { [LABEL.standingAttribution]: 'true' } });
    expect(stateOf({ plan: there(broken) }, 'attribution').state).toBe('fail');
    expect(stateOf({ plan: there(planOf(label('false'))) }, 'attribution').state).toBe('pass');
  });
});
