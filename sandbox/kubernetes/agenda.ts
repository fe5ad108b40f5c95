interface Due {
  at: number;
  order: number;
  /** The object that it concerns. */
  key: string;
  run: (at: number) => void;
}

/** What is still to come, in the order of time. */
export class Agenda {
  #due: Due[] = [];
  #order = 0;

  add(at: number, key: string, run: (at: number) => void): void {
    this.#order += 1;
    this.#due.push({ at, order: this.#order, key, run });
    this.#due.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  /** Takes out what concerns an object. */
  cancel(key: string): void {
    this.#due = this.#due.filter((due) => due.key !== key);
  }

  /** The next one whose time has come, taken out. */
  next(now: number): Due | undefined {
    const [first] = this.#due;
    if (first === undefined || first.at > now) return undefined;
    return this.#due.shift();
  }
}
