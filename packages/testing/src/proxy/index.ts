export { startFaultProxy, type FaultProxy, type FaultProxyOptions, type ProxiedExchange } from "./start-fault-proxy.ts";
export { faults } from "./faults.ts";
export { seededRandom } from "../seeded-random.ts";
export { requestKinds } from "./request-kinds.ts";
export type { Delivery, Fault, ProxyAnswer, ProxyExchange, ProxyRequest } from "./fault.ts";
export type { EtagShape } from "./etag-faults.ts";
export type { CutOptions } from "./delivery-faults.ts";
export type { ThrottleOptions } from "./status-faults.ts";
