interface LogEntry {
  revision: number;
  key: string;
  at: number;
}

/** Which keys changed, in order. Old entries can be forgotten; who would need them then has to read everything again. */
export class ChangeLog {
  private log: LogEntry[] = [];
  private current = 0;
  private prunedThrough = 0;
  private tokenGeneration = 1;

  get revision(): number {
    return this.current;
  }

  /** Part of every token; moves when all tokens are made invalid. */
  get generation(): number {
    return this.tokenGeneration;
  }

  record(key: string, at: number): number {
    this.current++;
    this.log.push({ revision: this.current, key, at });
    return this.current;
  }

  expireTokens(): void {
    this.tokenGeneration++;
  }

  /** Forgets changes made before `limit`. */
  prune(limit: number): void {
    const keep = this.log.findIndex((entry) => entry.at >= limit);
    const cut = keep === -1 ? this.log.length : keep;
    if (cut === 0) return;
    this.prunedThrough = this.log[cut - 1]?.revision ?? this.prunedThrough;
    this.log.splice(0, cut);
  }

  /** Keys in the order of their last change after a revision, or `null` where the log does not reach back that far. */
  since(revision: number): string[] | null {
    if (revision < this.prunedThrough || revision > this.current) return null;
    const keys = new Set<string>();
    for (let index = this.firstAfter(revision); index < this.log.length; index++) {
      const key = this.log[index]?.key ?? "";
      keys.delete(key);
      keys.add(key);
    }
    return [...keys];
  }

  private firstAfter(revision: number): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.log[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
