/** A job that may be claimed, as far as fairness cares. */
export interface Candidate {
  organization: string;
  lane: string;
  /** When it counts as due, head start included. */
  order: number;
}

/** How many jobs of an organization and lane run already. */
export interface RunningShare {
  organization: string;
  lane: string;
  running: number;
}

const shareOf = ({ organization, lane }: { organization: string; lane: string }): string => JSON.stringify([organization, lane]);

/**
 * Chooses up to `limit` jobs: organizations, and in each of them lanes, take turns. The n-th job of a share, those that run counted, comes in
 * the n-th turn; within a turn who waited longest. Pure. The order of what it returns is the order in which the jobs start.
 */
export function fairShare<T extends Candidate>(candidates: readonly T[], running: readonly RunningShare[], limit: number): T[] {
  const taken = new Map(running.map((share) => [shareOf(share), share.running]));
  const byAge = [...candidates].sort((one, other) => one.order - other.order);
  const turns = byAge.map((candidate) => {
    const share = shareOf(candidate);
    const turn = taken.get(share) ?? 0;
    taken.set(share, turn + 1);
    return { candidate, turn };
  });
  // Sorting is stable: who waited longer stays ahead within a turn.
  turns.sort((one, other) => one.turn - other.turn);
  return turns.slice(0, limit).map(({ candidate }) => candidate);
}
