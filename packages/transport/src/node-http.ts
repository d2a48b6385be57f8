import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/**
 * Node's HTTP and TLS, not by `import`: that reads everything these modules export, and some of it loads all of Node's fetch and its list of root
 * certificates, 11 MB and 75 ms of processor time (Node 24) that nobody asked for.
 */
export const http: typeof import("node:http") = load("node:http");
export const https: typeof import("node:https") = load("node:https");
export const tls: typeof import("node:tls") = load("node:tls");
