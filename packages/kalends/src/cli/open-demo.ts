import { createDemoWorld, type DemoWorld } from "@kalends/sandbox";
import { generateKey } from "@kalends/vault";
import { createKalends, type Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { systemRandom } from "../platform/system-random.ts";

/** The demo: a calendar server with four people on it, and a Kalends in memory that all of them are connected to. */
export interface OpenedDemo {
  world: DemoWorld;
  kalends: Kalends;
  /** Accounts in the order of the people. */
  accounts: { id: string; name: string; zone: string }[];
  close(): Promise<void>;
}

export async function openDemo(options: { seed: number; pollEveryMs: number }): Promise<OpenedDemo> {
  const world = await createDemoWorld({ clock: systemClock, seed: options.seed });
  const kalends = await createKalends({
    database: ":memory:",
    key: generateKey(systemRandom),
    allowHosts: [world.allowHost],
    settings: { pollEveryMs: options.pollEveryMs, listEveryMs: 30_000, freshForMs: 60_000, retryFirstMs: 1_000, concurrency: 8 },
  });
  const close = async (): Promise<void> => {
    await kalends.close();
    await world.close();
  };
  try {
    const accounts: OpenedDemo["accounts"] = [];
    for (const { id, name, zone, username, password } of world.people) {
      const account = await kalends.createAccount({ externalId: id, displayName: name, timeZone: zone });
      await kalends.connectCaldav({ accountId: account.id, address: world.url, username, password });
      accounts.push({ id: account.id, name, zone });
    }
    return { world, kalends, accounts, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
