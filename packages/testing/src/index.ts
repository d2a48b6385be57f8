export * from "./fake-clock.ts";
export * from "./seeded-random.ts";
export { memoryProvider, type MemoryCalendar, type MemoryFault, type MemoryProvider, type MemoryProviderOptions } from "./memory-provider/memory-provider.ts";
export * from "./provider/provider-conformance.ts";
export * from "./provider/provider-harness.ts";
export * from "./provider/provider-mirror.ts";
export * from "./provider/event-text.ts";
export * from "./servers/start-server.ts";
export * from "./servers/caldav-client.ts";
