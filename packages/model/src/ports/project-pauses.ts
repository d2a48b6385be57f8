/** The pause that a provider asked of a whole project (its OAuth client, its API key), kept by all workers of a database. */
export interface ProjectPauses {
  /** Until when nobody may ask, ms since the epoch; 0: no pause is known. */
  until(): Promise<number>;
  /** Notes a pause; a longer one that stands already stays. */
  note(until: number): Promise<void>;
}
