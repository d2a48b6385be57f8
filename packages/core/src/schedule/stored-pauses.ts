import { toKalendsError, type ProjectPauses, type Store } from "@kalends/model";

const mostTries = 5;

/** Pauses of a provider's project in the database, so that what one worker was told holds for all. `name`: one for each project. */
export function storedPauses(settings: Store["settings"], name: string): ProjectPauses {
  const key = `pause.${name}`;
  return {
    until: async () => readUntil(await settings.get(key)),
    note: async (until) => {
      for (let tries = 1; ; tries += 1) {
        const known = await settings.get(key);
        if (readUntil(known) >= until) return;
        try {
          await (known === null ? settings.put(key, String(until)) : settings.replace(key, known, String(until)));
          return;
        } catch (thrown) {
          const { code } = toKalendsError(thrown);
          // Another worker noted one at the same time: perhaps a longer one.
          if (tries === mostTries || (code !== "already-exists" && code !== "revision-conflict")) throw thrown;
        }
      }
    },
  };
}

function readUntil(text: string | null): number {
  const until = Number(text ?? "0");
  return Number.isSafeInteger(until) ? until : 0;
}
