import type { CaldavPreset } from "./caldav-preset.ts";

export const gmx: CaldavPreset = {
  name: "gmx",
  title: "GMX",
  url: "https://caldav.gmx.net/begenda/dav/{user}/calendar/",
  mailDomains: ["gmx.net", "gmx.de", "gmx.at", "gmx.ch"],
  paths: ["/begenda/dav/{user}/calendar/"],
  login: "password",
  trustedSites: ["gmx.net"],
  passwordRemedy: "With two-step login GMX needs an application-specific password: make one under My Account, Security, and connect again.",
  batchSize: null,
  // More than about one request in two seconds is refused.
  pacing: { parallel: 1, gapMs: 2000 },
  sendsInvitations: null,
  cannot: [
    "It takes about one request in two seconds; a first read of a large calendar takes its time.",
    "Its sync-tokens are not usable; Kalends compares the list of events instead.",
    "Its answers to time-range questions and its expansion of series are not relied on.",
    "It has no free-busy; Kalends computes free-busy from the events.",
  ],
};
