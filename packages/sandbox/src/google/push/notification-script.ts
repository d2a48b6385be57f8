/** What happens to notifications on their way. */
export interface NotificationFault {
  /** Only notifications of this channel. */
  channelId?: string;
  /** How many notifications it meets. Default 1; `Infinity` until it is cancelled. */
  times?: number;
  /** It never arrives. */
  lose?: boolean;
  /** It arrives that much later, by the sandbox's clock. */
  delayMs?: number;
  /** It arrives that often. Default 1. */
  copies?: number;
}

/** How a notification fares. */
export interface NotificationFate {
  copies: number;
  delayMs: number;
}

interface Waiting {
  fault: NotificationFault;
  left: number;
}

/** The script of what goes wrong with notifications, worked through in the order of `next` calls. */
export class NotificationScript {
  private readonly waiting = new Set<Waiting>();

  /** Adds a fault for the next notification that it meets. The returned function takes it back. */
  next(fault: NotificationFault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    if (entry.left > 0) this.waiting.add(entry);
    return () => {
      this.waiting.delete(entry);
    };
  }

  clear(): void {
    this.waiting.clear();
  }

  take(channelId: string): NotificationFate {
    for (const entry of this.waiting) {
      const { fault } = entry;
      if (fault.channelId !== undefined && fault.channelId !== channelId) continue;
      entry.left--;
      if (entry.left <= 0) this.waiting.delete(entry);
      return { copies: fault.lose === true ? 0 : (fault.copies ?? 1), delayMs: fault.delayMs ?? 0 };
    }
    return { copies: 1, delayMs: 0 };
  }
}
