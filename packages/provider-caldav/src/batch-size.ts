/** How many items one multiget may name: fewer after a failure or a slow answer, more again while all goes well. */
export class BatchSize {
  readonly #most: number;
  #size: number;

  constructor(most: number) {
    this.#most = most;
    this.#size = most;
  }

  get size(): number {
    return this.#size;
  }

  /** `asked` items were too many, or took too long. */
  tooMany(asked: number): void {
    this.#size = Math.max(1, Math.min(this.#size, Math.ceil(asked / 2)));
  }

  fine(): void {
    this.#size = Math.min(this.#most, this.#size + Math.max(1, Math.floor(this.#most / 10)));
  }
}
