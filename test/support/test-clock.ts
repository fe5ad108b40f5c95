import type { SteerableClock } from '../../src/kit/clock.ts';

/** A clock that stands still until a test moves it. The two readings move on their own. */
export class TestClock implements SteerableClock {
  world: number;
  machine = 1_000_000;

  constructor(start = '2026-06-25T12:00:00Z') {
    this.world = Date.parse(start);
  }

  now = (): Promise<number> => {
    return Promise.resolve(this.world);
  };

  wall = (): number => {
    return this.machine;
  };

  sleep = (ms: number): Promise<void> => {
    this.machine += ms;
    return Promise.resolve();
  };

  jumpTo = (moment: number): Promise<void> => {
    this.world = Math.max(this.world, moment);
    return Promise.resolve();
  };

  forward = (ms: number): void => {
    this.world += ms;
  };
}
