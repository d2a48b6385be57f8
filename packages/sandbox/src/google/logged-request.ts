/** One request as the log keeps it. Bodies, headers and tokens are never kept, nor codes and tokens of a query. */
export interface GoogleLoggedRequest {
  /** By the sandbox's clock, ms since the epoch. */
  at: number;
  method: string;
  path: string;
  /** The API's name of the method, such as `calendar.events.list`; `null` for other addresses. */
  api: string | null;
  /** Query parameters of an API request. */
  query: Readonly<Record<string, string>>;
  /** Address of the user whose access token was right. */
  user: string | null;
  /** Status of the answer; `null` where the connection was cut or left hanging before one. */
  status: number | null;
  /** Reason in the error body, such as `fullSyncRequired` or `invalid_grant`. */
  reason: string | null;
  /** True where a scripted fault had a hand in it. */
  fault: boolean;
}

/** One request with its answer, whole, for a check against the official description. */
export interface GoogleExchange {
  method: string;
  /** Path and query as sent. */
  target: string;
  requestBody: string;
  status: number;
  contentType: string;
  responseBody: string;
  /** True where a scripted fault made the answer. */
  fault: boolean;
}
