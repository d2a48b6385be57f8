/** One request as the log keeps it. Bodies and headers are never kept. */
export interface LoggedRequest {
  /** By the sandbox's clock, ms since the epoch. */
  at: number;
  method: string;
  path: string;
  /** Name of the report, such as `sync-collection`; `null` for other methods. */
  report: string | null;
  depth: string | null;
  /** Name of the user whose login was right; `null` where there was none. */
  user: string | null;
  /** Status of the answer; `null` where the connection was cut or left hanging before one. */
  status: number | null;
  /** True where a scripted fault had a hand in it. */
  fault: boolean;
}

/** Keeps the newest requests. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    // Cutting off half at once keeps the cost of a full log constant per request.
    if (this.entries.length > this.limit) this.entries.splice(0, this.limit / 2);
  }

  clear(): void {
    this.entries.length = 0;
  }
}
