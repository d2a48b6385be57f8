export { caldavProvider, type CaldavProviderOptions } from "./caldav-provider.ts";
export { caldavPresets, type CaldavPreset } from "./presets.ts";
export type { NamedService, ServiceResolver } from "./service-resolver.ts";
