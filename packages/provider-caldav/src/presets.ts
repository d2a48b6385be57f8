/** What is known of a provider beforehand. Data only: a new provider of this kind is an entry here, not code. */
export interface CaldavPreset {
  name: string;
  /** Where discovery starts; `null`: from the address alone. */
  url: string | null;
  /** Mail domains whose users are at this provider. */
  mailDomains: readonly string[];
  /** Host suffixes that may receive the login, over https. */
  trustedSites: readonly string[];
  /** Said to a user whose password was refused; `null`: the general remedy. */
  passwordRemedy: string | null;
}

export const caldavPresets: readonly CaldavPreset[] = [
  {
    name: "icloud",
    url: "https://caldav.icloud.com/",
    mailDomains: ["icloud.com", "me.com", "mac.com"],
    // The calendar home lies on a shard of its own: pNN-caldav.icloud.com.
    trustedSites: ["icloud.com"],
    passwordRemedy:
      "iCloud needs an app-specific password, not the Apple Account password: make one at account.apple.com (Sign-In and Security, App-Specific Passwords) and connect again.",
  },
  { name: "generic", url: null, mailDomains: [], trustedSites: [], passwordRemedy: null },
];

/** The preset of that name; `null` where there is none. */
export function presetNamed(name: string): CaldavPreset | null {
  return caldavPresets.find((preset) => preset.name === name) ?? null;
}

/** The preset whose mail domains hold this one. */
export function presetForDomain(domain: string): CaldavPreset | null {
  return caldavPresets.find((preset) => preset.mailDomains.includes(domain.toLowerCase())) ?? null;
}
