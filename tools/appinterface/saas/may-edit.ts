import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { type Addressable, describeTarget } from './locate.ts';
import type { Promotion, SaasFile, Target } from './model.ts';
import { refKind, whyNoPin } from './refs.ts';

/** Refuses a ref that is not a commit in full. */
export function needPin(ref: string): void {
  const why = whyNoPin(ref);
  if (why === undefined) return;
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(oneLine(ref, 60))} cannot be written as ref: ${why}.`,
    remedy:
      'Give the commit in full, 40 lower case hex digits; git_find_commit tells them for a shorter form or a tag.',
    rule: 'appinterface.full_sha',
  });
}

/** Refuses a target that somebody or something else moves; answers with what people should know. */
export function mayEdit(file: SaasFile, target: Addressable, options: { force: boolean }): string[] {
  const name = describeTarget(target);
  const current = target.ref.value;
  if (refKind(current) === 'branch') {
    throw new SluiceError('precondition', {
      cause: `${name} follows the branch ${current}; it is not pinned.`,
      remedy: 'What is merged to that branch goes out by itself. Name a target that is pinned to a commit.',
      rule: 'appinterface.pinned',
    });
  }
  if (refKind(current) !== 'pin') {
    throw new SluiceError('precondition', {
      cause: `${name} holds ${JSON.stringify(oneLine(current, 60))}, which is neither a commit nor a branch that is allowed.`,
      remedy: 'See appinterface_validate; have the file corrected first.',
      rule: 'appinterface.pinned',
    });
  }
  const auto = target.promotion?.auto === true;
  if (auto && !options.force) {
    throw new SluiceError('precondition', {
      cause: `${name} is promoted automatically (promotion.auto, subscribed to ${listOf(target.promotion?.subscribe)}): a change by hand would be fought.`,
      remedy:
        'Release the target that publishes this channel; it is followed. Set force to change it all the same.',
      rule: 'appinterface.auto_promotion',
    });
  }
  if (file.deprecated && !options.force) {
    throw new SluiceError('precondition', {
      cause: `${file.path} is marked deprecated, which forbids updates.`,
      remedy: 'Ask its owners where the service is deployed from now; force changes it all the same.',
      rule: 'appinterface.deprecated',
    });
  }
  if (target.deleted) {
    throw new SluiceError('precondition', {
      cause: `${name} is marked delete: nothing is deployed there.`,
      remedy: 'Name another target.',
      rule: 'appinterface.deleted',
    });
  }
  return [
    ...(auto ? [`${name} is promoted automatically; this change is forced.`] : []),
    ...(file.deprecated ? [`${file.path} is marked deprecated; this change is forced.`] : []),
    ...targetWarnings(target),
  ];
}

/** What is special about a target, without judging a change of it. */
export function targetWarnings(target: Target): string[] {
  const name = describeTarget(target);
  return [
    ...(target.disabled ? [`${name} is disabled: a new ref is not deployed while it is.`] : []),
    ...promotionWarnings(name, target.promotion),
  ];
}

function promotionWarnings(name: string, promotion: Promotion | undefined): string[] {
  if (promotion === undefined) return [];
  const { soakDays, schedule, publish } = promotion;
  return [
    ...(soakDays === undefined || soakDays === 0
      ? []
      : [`${name} soaks: it may follow its publisher ${soakDays} days after that at the earliest.`]),
    ...(schedule === undefined
      ? []
      : [`${name} is deployed on the schedule ${oneLine(schedule, 60)} alone.`]),
    ...(publish.length === 0
      ? []
      : [`${name} publishes ${listOf(publish)}: targets that subscribe and are automatic will follow.`]),
  ];
}

function listOf(names: readonly string[] | undefined): string {
  return names === undefined || names.length === 0 ? 'no channel' : oneLine(names.join(', '), 120);
}
