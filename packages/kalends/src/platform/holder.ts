import { hostname } from "node:os";
import type { Random } from "@kalends/model";

/** Names this process among those that share a store: host, process id, and a few random letters. */
export function newHolder(random: Random): string {
  return `${hostname()}/${process.pid}/${Buffer.from(random.bytes(6)).toString("hex")}`;
}

/**
 * True only where a holder of this host is surely gone, so that its leases need not be waited for after a crash.
 * A holder of another host, or a process id that is in use again, is left to its lease.
 */
export function isDeadHolder(holder: string): boolean {
  const [host, pid] = holder.split("/");
  if (host !== hostname() || pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    // EPERM: the process lives under another user.
    return (thrown as NodeJS.ErrnoException).code === "ESRCH";
  }
}
