import { LABEL, parentOf } from '../resources/common.ts';
import type { Admission, ReleasePlan } from '../resources/release.ts';

export interface Match {
  /** Exactly one is right; with none or several a release fails its validation. */
  admissions: Admission[];
  /** Whether the plan names its admission by a label, instead of being matched by origin and application. */
  named: boolean;
  /** The admission that the label names is there, but takes releases from another namespace. */
  wrongOrigin: boolean;
}

/** The admission that the plan designates by its label, if it does. */
export function designated(plan: ReleasePlan): string | undefined {
  return plan.metadata.labels[LABEL.releaseAdmission] || undefined;
}

/** The rule of release-service, over the admissions of the plan's target namespace. */
export function matchAdmissions(plan: ReleasePlan, admissions: readonly Admission[]): Match {
  const { target } = plan.spec;
  const origin = plan.metadata.namespace ?? '';
  const there = admissions.filter(({ metadata }) => metadata.namespace === target);
  const name = designated(plan);
  if (name !== undefined) {
    const found = there.filter(({ metadata }) => metadata.name === name);
    const right = found.filter(({ spec }) => spec.origin === origin);
    return { admissions: right, named: true, wrongOrigin: found.length > right.length };
  }
  const parent = parentOf(plan.spec)?.name;
  return {
    admissions: there.filter(({ spec }) => spec.origin === origin && admits(spec, parent)),
    named: false,
    wrongOrigin: false,
  };
}

/** Either list may name it: release-service asks for the name, whichever kind of parent it is. */
function admits({ applications, componentGroups }: Admission['spec'], parent: string | undefined): boolean {
  return parent !== undefined && (applications.includes(parent) || componentGroups.includes(parent));
}
