import { spoilingFault, type Fault, type ProxyAnswer } from "./fault.ts";
import { requestKinds } from "./request-kinds.ts";

/** `absent`: the property and header are not there; `empty`: there without a value; `weak`: `W/"1"`; `unquoted`: `1`. */
export type EtagShape = "absent" | "empty" | "weak" | "unquoted";

const shapes: Readonly<Record<EtagShape, (etag: string) => string | null>> = {
  absent: () => null,
  empty: () => "",
  weak: (etag) => (etag === "" || etag.startsWith("W/") ? etag : `W/${etag}`),
  unquoted: (etag) => etag.replace(/^(?:W\/)?(?:"|&quot;)(.*?)(?:"|&quot;)$/, "$1"),
};

/** ETags of another kind in listings, multigets and headers. What a client then sends in If-Match goes to the server as it is. */
export function etags(shape: EtagShape): Fault {
  return spoilingFault(`ETags ${shape}`, requestKinds.any, (answer) => {
    const { changed, headers } = changeHeader(answer, shapes[shape]);
    if (answer.status !== 207) return changed ? { ...answer, headers } : null;
    const before = answer.body.toString("utf8");
    const after = before.replace(/<((?:[\w.-]+:)?)getetag\s*>([^<]*)<\/\1getetag\s*>/g, (_whole, prefix: string, etag: string) => {
      const value = shapes[shape](etag.trim());
      return value === null ? "" : `<${prefix}getetag>${value}</${prefix}getetag>`;
    });
    return changed || after !== before ? { ...answer, headers, body: Buffer.from(after) } : null;
  });
}

function changeHeader(answer: ProxyAnswer, shape: (etag: string) => string | null): { changed: boolean; headers: ProxyAnswer["headers"] } {
  const { etag, ...others } = answer.headers;
  if (typeof etag !== "string") return { changed: false, headers: answer.headers };
  const value = shape(etag);
  return { changed: value !== etag, headers: value === null ? others : { ...others, etag: value } };
}
