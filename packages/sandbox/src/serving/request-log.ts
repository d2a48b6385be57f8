/** Keeps the newest requests. */
export class RequestLog<Entry> {
  readonly entries: Entry[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    // Cutting off half at once keeps the cost of a full log constant per request.
    if (this.entries.length > this.limit) this.entries.splice(0, this.limit / 2);
  }

  clear(): void {
    this.entries.length = 0;
  }
}
