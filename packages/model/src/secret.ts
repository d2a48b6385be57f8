const hidden = "[secret]";

/** Text that must never be printed. `reveal()` is the only way to it; every other way prints `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where the secret leaves for its destination, nowhere else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  static {
    // What console.log and util.inspect of Node call.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => hidden });
  }
}
