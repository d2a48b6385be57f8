export { caldavProvider, type CaldavProviderOptions } from "./caldav-provider.ts";
export { dnsResolver } from "./dns-resolver.ts";
export type { CaldavPreset } from "./presets/caldav-preset.ts";
export { caldavPresets, presetForDomain, presetNamed } from "./presets/preset-list.ts";
export type { Pacing } from "./request-queue.ts";
export type { NamedService, ServiceResolver } from "./service-resolver.ts";
