import { answeringFault, type Fault } from "./fault.ts";
import { requestKinds } from "./request-kinds.ts";

/** Sends the client to the same path at another origin, or to a whole URL where `to` has a path. */
export function redirect(options: { to: string; status?: 301 | 302 | 303 | 307 | 308 }): Fault {
  const { to, status = 307 } = options;
  return answeringFault(`redirect to ${to}`, requestKinds.any, ({ request }) => ({
    status,
    headers: { location: /^[a-z]+:\/\/[^/]+$/i.test(to) ? to + request.path : to },
    body: Buffer.alloc(0),
  }));
}

/** To plain http on the default port of the same host: a step down wherever the proxy stands behind https, a closed door elsewhere. */
export function redirectToHttp(status: 301 | 302 | 307 | 308 = 301): Fault {
  return answeringFault("redirect to plain http", requestKinds.any, ({ request, origin }) => ({
    status,
    headers: { location: `http://${new URL(origin).hostname}${request.path}` },
    body: Buffer.alloc(0),
  }));
}
