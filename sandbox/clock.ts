/** Moves only when told to. Real time never enters, so that a test means the same on every machine. */
export class VirtualClock {
  #now: number;
  #inFlight = 0;
  #waiting: (() => void)[] = [];
  readonly #moved: () => void;

  /** `moved` is called after each move, before anybody hears of it. */
  constructor(now: number, moved: () => void = () => undefined) {
    this.#now = now;
    this.#moved = moved;
  }

  get now(): number {
    return this.#now;
  }

  /** Counts a request until its answer is out or its connection is gone. */
  enter(): () => void {
    this.#inFlight += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inFlight -= 1;
      if (this.#inFlight > 0) return;
      for (const resume of this.#waiting.splice(0)) resume();
    };
  }

  async idle(): Promise<void> {
    // A resumed waiter may find that another request has come in meanwhile.
    while (this.#inFlight > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** False when that would go backwards. `to` is asked for late: another mover may have been first. */
  async move(to: (now: number) => number): Promise<boolean> {
    await this.idle();
    const target = to(this.#now);
    if (target < this.#now) return false;
    this.#now = target;
    this.#moved();
    return true;
  }

  reset(now: number): void {
    this.#now = now;
  }
}
