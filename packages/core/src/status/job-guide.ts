import type { JobAbout, JobKind } from "@kalends/model";

interface JobGuide {
  about: JobAbout;
  effect: string;
  todo: string;
}

/** What it means, and what to do, when a job of a kind was set aside. A kind that is missing here does not compile. */
export const jobGuide: Readonly<Record<JobKind, JobGuide>> = {
  "sync-calendar": {
    about: "calendar",
    effect: "The calendar is not kept up to date.",
    todo: "Read it by hand with `kalends sync` to see whether it works again.",
  },
  "list-calendars": {
    about: "connection",
    effect: "New, renamed and removed calendars of this connection are not noticed.",
    todo: "Read its list by hand with `kalends sync` to see whether it works again.",
  },
  "roll-window": {
    about: "calendar",
    effect: "The calendar's busy times do not follow the moving window: days far ahead look free.",
    todo: "Read the calendars anew with `kalends sync --fresh`.",
  },
  "escalate-alert": {
    about: "alert",
    effect: "An alert that nobody acknowledged was not escalated.",
    todo: "Look at the open alerts yourself: `kalends alerts`.",
  },
  "watch-calendar": {
    about: "calendar",
    effect: "The provider does not tell of this calendar's changes, so they are seen when it is polled and not at once.",
    todo: "Check that the address for notifications is reachable from the internet over https and that the provider accepts it.",
  },
  "watch-list": {
    about: "connection",
    effect: "The provider does not tell of new calendars of this connection, so they are seen when its list is polled.",
    todo: "Check that the address for notifications is reachable from the internet over https and that the provider accepts it.",
  },
  "deprovision-account": {
    about: "account",
    effect: "A user who was deactivated may still be connected, and applications may still have rights to the account.",
    todo: "End the account's connections now with `kalends disconnect`.",
  },
  "leave-provider": {
    about: "connection",
    effect: "The provider was not told that this connection ended: its grant may still be listed there. Nothing is read with it.",
    todo: "Ask the user to take the grant back in the account settings of the provider.",
  },
  retention: {
    about: "organization",
    effect: "What is due is not removed: data is kept longer than the policy says.",
    todo: "Run `kalends retention run` to see where it stops.",
  },
  erasure: {
    about: "erasure",
    effect: "A request to be forgotten is not finished, and its time limit runs.",
    todo: "See with `kalends erasures list` how far it is.",
  },
};
