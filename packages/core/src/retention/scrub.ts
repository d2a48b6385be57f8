import type { Runtime } from "../runtime.ts";

const mostTries = 20;
const waitMs = 250;

/**
 * Sees to it that what was deleted is no longer in the database's files, where the database can do that. Somebody who is reading an older
 * snapshot holds it up; then it is tried again for a while. Returns whether it is done; `null`: this database cannot (see the documentation).
 */
export async function scrub(runtime: Runtime): Promise<boolean | null> {
  const { store, clock } = runtime;
  if (store.scrub === undefined) return null;
  for (let tries = 1; ; tries += 1) {
    if (await store.scrub()) return true;
    if (tries === mostTries) {
      runtime.logger.log("warn", "deleted bytes are still in the write-ahead log: another program reads the database", {});
      return false;
    }
    await clock.sleep(waitMs);
  }
}
