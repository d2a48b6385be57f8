/** Requests granted out of a shared budget. */
export interface BudgetGrant {
  /** How many of those wanted may be sent now; 0: none. */
  granted: number;
  /** When the next one may be sent, ms since the epoch; now or earlier where there is room left. */
  nextAt: number;
}

/** Budgets of requests that all workers of a database share. */
export interface RequestBudgets {
  /**
   * Takes up to `wanted` requests out of the named budget of `perMinute`. In no span of 60 seconds more than `perMinute` are granted, all
   * workers together.
   */
  take(name: string, wanted: number, perMinute: number, now: number): Promise<BudgetGrant>;
}
