import { KalendsError } from "@kalends/model";

const unreachable = new Set([
  "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL",
]);

/** Reports of OpenSSL and node:tls about certificates and handshakes. */
const tlsCode =
  /^(?:ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$|INVALID_(?:CA|PURPOSE)|PATH_LENGTH)/;

function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** Marks a connection that died without a byte of answer. */
export function isConnectionLoss(thrown: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ECONNABORTED"].includes(codeOf(thrown));
}

/** Turns what node:http, node:tls and node:zlib throw into a `KalendsError`. Neither address nor bytes go into the message. */
export function mapNetworkError(thrown: unknown, phase: "before-answer" | "in-answer"): KalendsError {
  if (thrown instanceof KalendsError) return thrown;
  const code = codeOf(thrown);
  const because = code === "" ? "" : ` (${code})`;
  if (tlsCode.test(code)) return new KalendsError("tls-failed", `No trusted TLS connection came about${because}`);
  if (code === "ETIMEDOUT" || code === "ERR_SOCKET_CONNECTION_TIMEOUT") {
    return new KalendsError("network-timeout", "The server did not answer in time");
  }
  if (code === "HPE_HEADER_OVERFLOW") return new KalendsError("response-too-large", "The head of the answer is larger than the limit");
  if (code.startsWith("HPE_")) return new KalendsError("answer-invalid", `The server does not speak HTTP/1.1${because}`);
  if (code === "Z_BUF_ERROR" || code.endsWith("UNEXPECTED_END")) return incomplete();
  if (/^(?:Z_|ERR__ERROR_FORMAT|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return new KalendsError("answer-invalid", "The compressed answer is damaged");
  }
  if (/^ERR_(?:INVALID_CHAR|INVALID_HTTP_TOKEN|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE)$/.test(code)) {
    return new KalendsError("invalid-argument", "A method, path or header of the request holds characters that HTTP does not allow");
  }
  if (phase === "in-answer") return incomplete();
  if (unreachable.has(code)) return new KalendsError("network-unreachable", `The server could not be reached (${code})`);
  return new KalendsError("network-unreachable", `The connection ended before an answer came${because}`, { mayHaveArrived: true });
}

export function incomplete(): KalendsError {
  return new KalendsError("response-incomplete", "The answer ended before it was complete");
}
