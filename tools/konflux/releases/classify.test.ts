import { describe, expect, test } from 'vitest';
import { ReleaseSchema } from '../resources/release.ts';
import { classifyRelease, isOver, PHASES } from './classify.ts';
import { releaseDetail } from './release-view.ts';
import { ATTEMPT, BLOCKED_MESSAGE, CONDITIONS, FINISHED, RELEASES, releaseOf } from './testing/objects.ts';
import { onBoth } from './testing/recorded.ts';

const NOW = Date.parse('2026-01-15T10:30:00Z');
const read = (object: unknown) => ReleaseSchema.parse(object);
const states = (object: unknown) =>
  Object.fromEntries(classifyRelease(read(object)).phases.map(({ phase, state }) => [phase, state]));

describe('recorded releases', () => {
  onBoth(
    'W-K01 succeeded: 20 minutes, the managed run, and the image with its digest',
    'release-succeeded',
    RELEASES['release-succeeded'],
    (object) => {
      const release = read(object);
      expect(classifyRelease(release)).toMatchObject({ state: 'succeeded', phase: undefined });
      expect(releaseDetail(release, NOW, false)).toMatchObject({
        state: 'succeeded',
        duration_s: 1200,
        duration: '20m',
        pipeline_run: 'managed-demo-tenant/managed-x7k2p',
        attempts_total: 1,
        images_total: 1,
        images: [
          {
            name: 'demo-backend',
            digest: `sha256:${'ab'.repeat(32)}`,
            urls: [expect.stringMatching(/demo-backend:0123456789abcdef0123456789abcdef01234567$/)],
          },
        ],
        failure: null,
        summary: expect.stringMatching(/succeeded after 20m\. 1 image was published\.$/),
      });
      expect(releaseDetail(release, NOW, false)).not.toHaveProperty('next');
    },
  );

  onBoth(
    'W-K02 progressing in the managed phase; skipped is skipped, absent is not begun',
    'release-progressing',
    RELEASES['release-progressing'],
    (object) => {
      expect(classifyRelease(read(object))).toMatchObject({
        state: 'progressing',
        phase: 'managed',
        pipelineRun: 'managed-demo-tenant/managed-run1',
      });
      expect(states(object)).toEqual({
        validation: 'succeeded',
        tenant_collectors: 'skipped',
        managed_collectors: 'skipped',
        tenant: 'skipped',
        managed: 'progressing',
        final: 'not_started',
      });
      expect(releaseDetail(read(object), NOW, false)).toMatchObject({
        pipeline_run: 'managed-demo-tenant/managed-run1',
        failure: null,
        finished_at: null,
        duration: '30m',
        next: expect.stringContaining('konflux_release_watch'),
      });
    },
  );

  onBoth(
    'W-K03 failed in the managed phase: task, step, reason, one attempt; next the policy report',
    'release-failed-managed',
    RELEASES['release-failed-managed'],
    (object) => {
      expect(classifyRelease(read(object))).toMatchObject({
        state: 'failed',
        phase: 'managed',
        message: 'Release processing failed on managed pipelineRun',
        pipelineRun: 'managed-demo-tenant/managed-bad1',
        lastTask: 'verify-conforma',
        lastStep: 'assert',
        failureReason: 'Error',
      });
      expect(releaseDetail(read(object), NOW, false)).toMatchObject({
        attempts_total: 1,
        reason: 'Error in task verify-conforma, step assert',
        summary: `Release demo-rel-bad of demo-app-20260115-100000-000 by demo-app-prod failed in its managed phase: Error in task verify-conforma, step assert.`,
        next: 'konflux_policy_report {"release":"demo-rel-bad","namespace":"demo-tenant"}',
      });
    },
  );

  onBoth(
    'W-K04 validation failed: its own message, not the general one; no run',
    'release-failed-validation',
    RELEASES['release-failed-validation'],
    (object) => {
      expect(classifyRelease(read(object))).toMatchObject({
        state: 'validation_failed',
        phase: 'validation',
        message: BLOCKED_MESSAGE,
        pipelineRun: undefined,
        lastTask: undefined,
      });
      expect(releaseDetail(read(object), NOW, false)).toMatchObject({
        pipeline_run: null,
        failure: { phase: 'validation', message: BLOCKED_MESSAGE },
        next: expect.stringContaining('konflux_release_preflight'),
      });
    },
  );
});

test('W-K05 succeeded after it ran out of memory: two attempts, and what the second was given', () => {
  const release = releaseOf({
    conditions: CONDITIONS.succeeded,
    attempts: [ATTEMPT.outOfMemory, ATTEMPT.withMoreMemory],
    status: { completionTime: FINISHED },
  });
  expect(classifyRelease(release).state).toBe('succeeded');
  expect(releaseDetail(release, NOW, false)).toMatchObject({
    pipeline_run: 'managed-demo-tenant/managed-oom2',
    attempts_total: 2,
    attempts: [
      {
        status: 'Failed',
        failure_reason: 'OOMKill',
        last_task: 'push-snapshot',
        mitigation: null,
        duration: '8m',
      },
      { status: 'Succeeded', failure_reason: null, mitigation: { memoryLimit: '2Gi' }, duration: '11m' },
    ],
    summary: expect.stringContaining('It took 2 attempts.'),
  });
});

describe('conditions decide', () => {
  test.each<[string, readonly string[], ReturnType<typeof classifyRelease>['state'], string | undefined]>([
    ['none yet', [], 'pending', undefined],
    ['only taken up', ['Released=False/Progressing'], 'progressing', 'validation'],
    [
      'validated',
      ['Validated=True/Succeeded', 'Released=False/Progressing'],
      'progressing',
      'tenant_collectors',
    ],
    [
      // The service tries the validation of an automated Release again for some minutes.
      'validation that is tried again',
      ['Validated=False/Failed: automated not set in status', 'Released=False/Progressing'],
      'progressing',
      'validation',
    ],
    [
      'validation failed, Released not there',
      ['Validated=False/Failed: no plan'],
      'validation_failed',
      'validation',
    ],
    ['True and Skipped is no failure', ['Released=True/Skipped'], 'succeeded', undefined],
    ['an unknown reason of False is over', ['Released=False/Cancelled: stopped'], 'failed', undefined],
    ['Unknown is not over', ['Released=Unknown/Progressing'], 'progressing', 'validation'],
    [
      'the tenant pipeline failed',
      ['Validated=True/Succeeded', 'TenantPipelineProcessed=False/Failed: no', 'Released=False/Failed'],
      'failed',
      'tenant',
    ],
    [
      'a phase failed and the release is not decided yet',
      ['Validated=True/Succeeded', 'ManagedPipelineProcessed=False/Failed', 'Released=False/Progressing'],
      'progressing',
      'managed',
    ],
  ])('%s', (_, conditions, state, phase) => {
    expect(classifyRelease(releaseOf({ conditions }))).toMatchObject({ state, phase });
  });

  test('words in a message decide nothing', () => {
    const release = releaseOf({ conditions: ['Released=False/Progressing: Succeeded Failed Released'] });
    expect(classifyRelease(release).state).toBe('progressing');
  });

  test('a failure outside the managed phase has no task of the managed attempt', () => {
    const release = releaseOf({
      conditions: ['FinalPipelineProcessed=False/Failed: no', 'Released=False/Failed'],
      attempts: [ATTEMPT.failed],
      status: { finalProcessing: { pipelineRun: 'demo-tenant/final-1' } },
    });
    expect(classifyRelease(release)).toMatchObject({
      phase: 'final',
      pipelineRun: 'demo-tenant/final-1',
      lastTask: undefined,
    });
  });

  test('without attempts the older field names the run', () => {
    const release = releaseOf({
      conditions: CONDITIONS.progressing,
      status: { managedProcessing: { pipelineRun: 'managed-demo-tenant/old' } },
    });
    expect(classifyRelease(release).pipelineRun).toBe('managed-demo-tenant/old');
  });

  test('every phase is told, whatever is there', () => {
    expect(classifyRelease(releaseOf()).phases.map(({ phase }) => phase)).toEqual([...PHASES]);
  });

  test('over is over', () => {
    expect(
      (['pending', 'progressing', 'succeeded', 'failed', 'validation_failed'] as const).map(isOver),
    ).toEqual([false, false, true, true, true]);
  });
});
