import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKalends, type Kalends, type KalendsOptions } from "kalends";

/** A fixed key, so that processes of one test share it. */
export const testKey = Buffer.alloc(32, 7).toString("base64url");

export interface OpenedKalends {
  kalends: Kalends;
  path: string;
  close(): Promise<void>;
}

/** Kalends on a file in a new folder, with waits that suit a test. */
export async function openKalends(options: KalendsOptions = {}): Promise<OpenedKalends> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-"));
  const path = join(folder, "kalends.db");
  const settings = { confirmAfterMs: 10, retryFirstMs: 50, ...options.settings };
  const kalends = await createKalends({ database: path, key: testKey, ...options, settings });
  return {
    kalends,
    path,
    close: async () => {
      await kalends.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
