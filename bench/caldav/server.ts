export interface Counts {
  requests: number;
  /** Of those, how many came without the login: over plain http some clients first ask which scheme is wanted. */
  withoutLogin: number;
  /** Bytes of all answers. */
  bytes: number;
}

/** What the contenders are run against. */
export interface BenchServer {
  name: string;
  /** Where discovery starts. */
  baseUrl: string;
  /** The calendar, with its last slash. */
  calendarUrl: string;
  username: string;
  password: string;
  /** Since the last call. */
  takeCounts(): Counts;
  /** Changes that many events, each call to another edition. */
  change(count: number): Promise<void>;
  close(): Promise<void>;
}
