import type { CaldavPreset } from "./caldav-preset.ts";
import { caldavPresets } from "./preset-list.ts";

/** A place where a provider's service may lie. */
export interface PresetAddress {
  preset: string;
  url: string;
}

/** The preset's own address for that user; `null` where the user's server is asked for it, or where the address needs a user and none is known. */
export function presetAddress(preset: CaldavPreset, user: string): string | null {
  return preset.url === null || (user === "" && preset.url.includes("{user}")) ? null : forUser(preset.url, user);
}

/** Where the preset's software keeps its service on a server that the user named. */
export function presetPaths(preset: CaldavPreset, base: string, user: string): string[] {
  return preset.paths.filter((path) => user !== "" || !path.includes("{user}")).map((path) => base.replace(/\/+$/, "") + forUser(path, user));
}

/** The table for servers that answer neither by well-known nor by DNS: every known path, on the typed server. */
export function knownPlaces(origin: string, user: string): PresetAddress[] {
  const all = caldavPresets
    .filter((preset) => preset.url === null)
    .flatMap((preset) => presetPaths(preset, origin, user).map((url) => ({ preset: preset.name, url })));
  return all.filter(({ url }, index) => all.findIndex((other) => other.url === url) === index);
}

function forUser(template: string, user: string): string {
  return template.replaceAll("{user}", encodeURIComponent(user));
}
