import type { CaldavPreset } from "./caldav-preset.ts";

export const synology: CaldavPreset = {
  name: "synology",
  title: "Synology Calendar",
  url: null,
  mailDomains: [],
  paths: ["/caldav/{user}/", "/caldav.php/{user}/"],
  login: "password",
  trustedSites: [],
  passwordRemedy: null,
  batchSize: 50,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: null,
  cannot: [
    "Its sync-tokens are fragile, so that a first read from scratch may follow at any time.",
    "A calendar cannot be removed over CalDAV.",
    "It stands on a port of its own, often 5001 or 38443; enter it with the address.",
  ],
};
