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
