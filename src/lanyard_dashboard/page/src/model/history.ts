// The last minute of some figures, for a plot. Where nothing came for a while there is a gap.

export const SPAN_S = 60;
const GAP_S = 1;
const MOST = 1200;

export class History {
  readonly #times: number[] = [];
  readonly #rows: (number | null)[][] = [];

  constructor(readonly width: number) {}

  // Add figures at a time (seconds, rising).
  push(time: number, figures: readonly (number | null | undefined)[]): void {
    const last = this.#times.at(-1);
    if (last !== undefined && time - last > GAP_S) this.#add((time + last) / 2, []);
    this.#add(time, figures);
    while (this.#times.length > MOST || this.#times[0]! < time - SPAN_S - GAP_S) {
      this.#times.shift();
      this.#rows.shift();
    }
  }

  clear(): void {
    this.#times.length = 0;
    this.#rows.length = 0;
  }

  // Columns for the plot: seconds before `now` (negative), then each figure.
  columns(now: number): [number[], ...(number | null)[][]] {
    const figures = Array.from({ length: this.width }, (_, i) => this.#rows.map((row) => row[i] ?? null));
    return [this.#times.map((time) => time - now), ...figures];
  }

  #add(time: number, figures: readonly (number | null | undefined)[]): void {
    this.#times.push(time);
    this.#rows.push(Array.from({ length: this.width }, (_, i) => figures[i] ?? null));
  }
}
