import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overallPush, pushStateOf, stageJobs, wantedOrdinal } from './push.ts';
import { findAttempt } from './run-attempts.ts';
import { missedText } from './trackers.ts';

const jobs = (...statuses: string[]) => statuses.map((status, id) => ({ id, status, target: 'cdn_stage' }));

describe('pushes', () => {
  it.each<[string[], number, number, string]>([
    [[], 1, 1, 'not_started'],
    [['FAILED'], 1, 1, 'failed'],
    [['FAILED'], 2, 2, 'failed'],
    [['FAILED', 'FAILED'], 2, 2, 'failed'],
    [['FAILED', 'COMPLETE'], 1, 2, 'complete'],
    [['COMPLETE', 'FAILED'], 2, 3, 'failed'],
    [['RUNNING'], 2, 1, 'running'],
    [['QUEUED'], 3, 1, 'running'],
    [['READY'], 3, 1, 'running'],
    [['WAITING_ON_PUB'], 3, 1, 'running'],
    [['FAILED', 'RUNNING'], 2, 2, 'running'],
  ])('Z-P6 %j, attempt %i: push %i, %s', (statuses, attempt, ordinal, state) => {
    expect(wantedOrdinal(jobs(...statuses), attempt)).toBe(ordinal);
    expect(pushStateOf(jobs(...statuses))).toBe(state);
  });

  it('Z-P6 newest by id, other targets left alone', () => {
    const listed = [
      { id: 101, status: 'COMPLETE', target: 'cdn_stage' },
      { id: 90, status: 'WAITING_ON_PUB', target: 'cdn_docker_stage' },
      { id: 100, status: 'FAILED', target: 'cdn_stage' },
    ];
    expect(pushStateOf(stageJobs(listed))).toBe('complete');
  });

  it('never pushes beside a live or complete push', () => {
    const status = fc.constantFrom('COMPLETE', 'FAILED', 'READY', 'RUNNING', 'QUEUED', 'WAITING_ON_PUB');
    fc.assert(
      fc.property(fc.array(status, { minLength: 1 }), fc.integer({ min: 1, max: 9 }), (statuses, attempt) => {
        const again = wantedOrdinal(jobs(...statuses), attempt) > statuses.length;
        return !again || statuses.at(-1) === 'FAILED';
      }),
    );
  });

  it('as a whole', () => {
    expect(overallPush([])).toBe('not_started');
    expect(overallPush(['complete', 'complete'])).toBe('complete');
    expect(overallPush(['complete', 'running'])).toBe('running');
    expect(overallPush(['complete', 'not_started'])).toBe('not_started');
    expect(overallPush(['running', 'failed'])).toBe('failed');
  });
});

describe('attempts', () => {
  const run = (id: string, state: string) => ({
    id,
    url: null,
    state,
    live: state === 'running',
    succeeded: state === 'success',
  });

  it.each<[string[], number, string | undefined]>([
    [[], 1, undefined],
    [['failure'], 1, '0'],
    [['failure'], 2, undefined],
    [['failure', 'running'], 2, '1'],
    [['failure', 'success'], 1, '1'],
    [['running'], 2, '0'],
    [['success'], 3, '0'],
  ])('%j, attempt %i → %s', (states, attempt, id) => {
    const found = findAttempt(
      states.map((state, n) => run(String(n), state)),
      attempt,
    );
    expect(found).toMatchObject(id === undefined ? { state: 'absent' } : { state: 'present', data: { id } });
  });
});

describe('blocker text', () => {
  it('Z-P8 lists, and is cut at whole ids', () => {
    expect(missedText(['OCPBUGS-1', 'OCPBUGS-2'])).toBe(
      'Found 2 missed CVE tracker bugs: OCPBUGS-1, OCPBUGS-2',
    );
    const many = Array.from({ length: 200 }, (_, n) => `OCPBUGS-${10_000 + n}`);
    const text = missedText(many);
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(text).toMatch(/^Found 200 missed CVE tracker bugs: OCPBUGS-10000, .* and \d+ more$/);
  });
});
