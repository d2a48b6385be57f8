import { hostActor } from "@kalends/model";
import type { Erasure, ErasureItem, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { exportAccount, type AccountExport } from "./export-account.ts";
import { forget, type ForgetReport } from "./forget.ts";
import type { ErasureSubject, ForgetOptions } from "./erasure-subject.ts";
import { receiptOf, type ErasureReceipt } from "./receipt.ts";

/** The right to be forgotten, and the right to a copy. */
export interface ErasureDesk {
  /**
   * Forgets a person in every table and every file, and answers a signed receipt. Dry run: what would go. A second call removes nothing.
   * Throws `not-found`, `legal-hold`.
   */
  forget(subject: ErasureSubject, options?: ForgetOptions): Promise<ForgetReport>;
  /** Everything that is held of a person, as JSON and iCalendar. Throws `not-found`. */
  export(subject: ErasureSubject, actor?: string): Promise<AccountExport>;
  /** Newest first. */
  list(): Promise<(Erasure & { items: ErasureItem[] })[]>;
  /** A receipt of how things stand now. Throws `not-found`. */
  receipt(erasureId: string): Promise<ErasureReceipt>;
  /** A system outside was told. False where it was ticked off before. Throws `not-found`. */
  tick(erasureId: string, system: string, actor?: string): Promise<boolean>;
}

export function erasureDesk(runtime: Runtime, store: OrganizationStore): ErasureDesk {
  return {
    forget: (subject, options) => runtime.work.run(undefined, () => forget(runtime, store, subject, options)),
    export: (subject, actor) => exportAccount(runtime, store, subject, actor),
    list: async () => {
      const erasures = await store.erasures.list();
      const items = await Promise.all(erasures.map(({ id }) => store.erasures.items(id)));
      return erasures.map((erasure, index) => ({ ...erasure, items: items[index] ?? [] }));
    },
    receipt: (id) => receiptOf(runtime, store, id),
    tick: (id, system, actor = hostActor) => store.erasures.tick(id, system, actor, runtime.clock.now()),
  };
}
