import type { DeadLetterStatus, JobAbout, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { jobGuide } from "./job-guide.ts";
import { toStatusError } from "./to-status-error.ts";

const most = 1_000;

/** Jobs of all kinds that were set aside, longest first, with what each means and what to do; at most 1,000. */
export async function readDeadLetters(store: OrganizationStore): Promise<DeadLetterStatus[]> {
  const letters = await store.jobs.deadLetters(most);
  return Promise.all(
    letters.map(async ({ kind, subject, errorCode, attempts, deadSince, nextRunAt }) => {
      const guide = jobGuide[kind];
      return {
        kind,
        subject,
        name: await nameOf(store, guide.about, subject),
        ...guide,
        error: toStatusError(errorCode),
        failures: attempts,
        since: new Date(deadSince).toISOString(),
        nextTry: new Date(nextRunAt).toISOString(),
      };
    }),
  );
}

/** Makes all of them due now, instead of once a day. They stay listed until a run succeeds. Answers how many there are. */
export async function retryDeadLetters(runtime: Runtime, store: OrganizationStore): Promise<number> {
  const letters = await store.jobs.deadLetters(most);
  for (const { kind, subject } of letters) await store.jobs.enqueue({ kind, subject, runAt: runtime.clock.now(), priority: "user" });
  return letters.length;
}

async function nameOf({ directory }: OrganizationStore, about: JobAbout, id: string): Promise<string | null> {
  if (about === "calendar") return (await directory.findCalendar(id))?.name ?? null;
  if (about === "connection") return (await directory.findConnection(id))?.label ?? null;
  if (about === "account") return (await directory.findAccount(id))?.externalId ?? null;
  return null;
}
