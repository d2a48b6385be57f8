/** A process that dies: from one statement on, nothing reaches the database any more. For the `onStatement` option of a store. */
export class DyingProcess {
  /** Statements until death. */
  left: number = Infinity;
  passed: number = 0;

  readonly hook = (): void => {
    this.passed += 1;
    this.left -= 1;
    if (this.left <= 0) throw new Error("the process is dead");
  };
}
