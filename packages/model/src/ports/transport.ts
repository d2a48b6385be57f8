import type { Secret } from "../secret.ts";

export interface HttpRequest {
  method: string;
  /** Absolute URL. User-typed addresses are welcome: the transport checks them. */
  url: string;
  headers?: Record<string, string>;
  /** Re-sent on a redirect that keeps the method. */
  body?: string | Uint8Array;
  /** Value of the Authorization header. Leaves only for the origin of `url` and for `trustedSites`. */
  authorization?: Secret;
  /** Host suffixes (`icloud.com`) to which a redirect may carry the authorization over https. */
  trustedSites?: readonly string[];
  signal?: AbortSignal;
  /** Deadline for the whole exchange, body included. Default 60,000 ms. */
  timeoutMs?: number;
  /** Most bytes of the body after decompression. Default 64 MiB. */
  maxBytes?: number;
}

export interface HttpResponse {
  status: number;
  /** Final URL after redirects; relative addresses in the body resolve against it. */
  url: string;
  /** A header's value by lower-case name, several lines joined by `, `; `null` where absent. */
  header(name: string): string | null;
  /** Decompressed bytes, limited in size and time. Read it to the end once, or call `discard`. Throws a typed error when cut short. */
  body: AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

/**
 * The only way out. Refuses addresses that are not public unless allow-listed, plain http unless allow-listed, bad TLS,
 * and redirects to anything of that kind; never carries an authorization to another site.
 * Throws `KalendsError`: network-unreachable, network-timeout, response-incomplete, response-too-large, address-refused,
 * redirect-refused, tls-failed, aborted. HTTP statuses are answers, not errors.
 */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends idle connections. */
  close(): Promise<void>;
}
