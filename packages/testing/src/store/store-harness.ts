import type { Store } from "@kalends/model";

/** What the suite wants of a store that it opens. */
export interface StoreOpenOptions {
  /** Call it right before each statement (of a bulk statement: each row); what it throws must fail the statement. */
  onStatement: (statement: string) => void;
  /** The store may be migrated already, where that is cheaper than a fresh one; it is empty all the same. */
  migrated?: boolean;
}

/** A transaction of a host's, on the same database as the store. */
export interface HostTransaction {
  /** What `Store.joined` takes. */
  transaction: object;
  /** Writes a row of the host's own. */
  note(text: string): Promise<void>;
}

/** One fresh, empty, unmigrated store and the ways to look at it from outside. What an implementation cannot offer is absent. */
export interface OpenedStore {
  store: Store;
  /** Closes the store and opens the same data again. Absent where data goes with the process. */
  reopen?(): Promise<Store>;
  /** A second store on the same data, as another process would have it. The suite closes it. */
  another?(): Promise<Store>;
  /** Every row of every table, in a stable form: for "nothing was written". */
  dump?(): Promise<unknown>;
  /** Runs a statement past the ports: for what the database itself must refuse. */
  execute?(statement: string): Promise<void>;
  /** Runs statements past the ports with the table's own guards switched off, as somebody with the database in hands can. */
  tamper?(table: string, statements: string): Promise<void>;
  /**
   * Runs `work` in a transaction of the host's: it commits when `work` resolves and rolls back when `work` rejects. `hostNotes` reads the host's
   * rows that are committed. Absent with `Store.joined`.
   */
  hostTransaction?<T>(work: (host: HostTransaction) => Promise<T>): Promise<T>;
  hostNotes?(): Promise<string[]>;
  /** Closes what is open and removes the data. */
  dispose(): Promise<void>;
}

export type OpenStore = (options: StoreOpenOptions) => Promise<OpenedStore>;
