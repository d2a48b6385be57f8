import type { CaldavPreset } from "./caldav-preset.ts";

export const yahoo: CaldavPreset = {
  name: "yahoo",
  title: "Yahoo",
  url: "https://caldav.calendar.yahoo.com/",
  mailDomains: ["yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.com.au", "ymail.com", "rocketmail.com"],
  paths: ["/dav/{user}/"],
  login: "app-password",
  trustedSites: ["yahoo.com"],
  passwordRemedy: "Yahoo needs an app password: make one under Account security, Generate app password, and connect again.",
  batchSize: 50,
  pacing: { parallel: 1, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It takes app passwords only.",
    "It is slow; Kalends asks for one thing at a time.",
    "Exceptions of all-day series get lost there, so that a changed day of such a series cannot be seen.",
  ],
};
