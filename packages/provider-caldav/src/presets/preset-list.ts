import type { CaldavPreset } from "./caldav-preset.ts";
import { fastmail } from "./fastmail.ts";
import { generic } from "./generic.ts";
import { gmx } from "./gmx.ts";
import { google } from "./google.ts";
import { icloud } from "./icloud.ts";
import { mailboxOrg } from "./mailbox-org.ts";
import { nextcloud } from "./nextcloud.ts";
import { synology } from "./synology.ts";
import { yahoo } from "./yahoo.ts";
import { zimbra } from "./zimbra.ts";
import { zoho } from "./zoho.ts";

/** All presets, in the order in which people are shown them. */
export const caldavPresets: readonly CaldavPreset[] = [icloud, fastmail, google, nextcloud, yahoo, zoho, gmx, mailboxOrg, zimbra, synology, generic];

/** The preset of that name; `null` where there is none. */
export function presetNamed(name: string): CaldavPreset | null {
  return caldavPresets.find((preset) => preset.name === name) ?? null;
}

/** The preset that a typed domain belongs to: a mail domain of the provider, or any host of its sites, such as one shard or its web page. */
export function presetForDomain(domain: string): CaldavPreset | null {
  const host = domain.toLowerCase();
  const ofSite = ({ trustedSites }: CaldavPreset): boolean => trustedSites.some((site) => host === site || host.endsWith(`.${site}`));
  return caldavPresets.find((preset) => preset.mailDomains.includes(host) || ofSite(preset)) ?? null;
}
