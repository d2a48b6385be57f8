export type LogLevel = "debug" | "info" | "warn" | "error";

/** Fields hold ids, codes, counts and durations; never a secret, an event's text, an address or a response body. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Record<string, string | number | boolean | null>): void;
}

export const silentLogger: Logger = { log: () => undefined };
