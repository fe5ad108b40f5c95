import { expect, test } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { matchAdmissions } from './admission-match.ts';
import { admissionOf, planOf } from './testing/objects.ts';

const names = (match: ReturnType<typeof matchAdmissions>) =>
  match.admissions.map(({ metadata }) => metadata.name);
const labelled = (name: string) => planOf({ labels: { [LABEL.releaseAdmission]: name } });

test('by target, origin and application', () => {
  const admissions = [
    admissionOf({ name: 'right' }),
    admissionOf({ name: 'other-namespace', namespace: 'managed-other' }),
    admissionOf({ name: 'other-origin', spec: { origin: 'other-tenant' } }),
    admissionOf({ name: 'other-application', spec: { applications: ['demo'] } }),
  ];
  expect(names(matchAdmissions(planOf(), admissions))).toEqual(['right']);
});

test('none and several are told as they are', () => {
  expect(matchAdmissions(planOf(), [])).toEqual({ admissions: [], named: false, wrongOrigin: false });
  const two = [admissionOf({ name: 'a' }), admissionOf({ name: 'b' })];
  expect(names(matchAdmissions(planOf(), two))).toEqual(['a', 'b']);
});

test('W-K23 a component group stands in either list', () => {
  const plan = planOf({ spec: { componentGroup: 'demo-group', target: 'managed-demo-tenant' } });
  const group = admissionOf({ name: 'g', spec: { applications: [], componentGroups: ['demo-group'] } });
  const listed = admissionOf({ name: 'l', spec: { applications: ['demo-group'] } });
  expect(names(matchAdmissions(plan, [group, admissionOf({ name: 'no' })]))).toEqual(['g']);
  expect(names(matchAdmissions(plan, [listed]))).toEqual(['l']);
});

test('a label designates one, whatever application it lists', () => {
  const admissions = [admissionOf({ name: 'a' }), admissionOf({ name: 'b', spec: { applications: [] } })];
  expect(names(matchAdmissions(labelled('b'), admissions))).toEqual(['b']);
  expect(matchAdmissions(labelled('c'), admissions)).toEqual({
    admissions: [],
    named: true,
    wrongOrigin: false,
  });
});

test('a designated one for another tenant is none', () => {
  const other = admissionOf({ name: 'b', spec: { origin: 'other-tenant' } });
  expect(matchAdmissions(labelled('b'), [other])).toEqual({ admissions: [], named: true, wrongOrigin: true });
});

test('a plan without a parent matches nothing', () => {
  const plan = planOf({ spec: { target: 'managed-demo-tenant' } });
  expect(names(matchAdmissions(plan, [admissionOf()]))).toEqual([]);
});
