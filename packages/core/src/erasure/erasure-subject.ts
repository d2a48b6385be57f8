import type { AccountId } from "@kalends/model";

/** Who asks to be forgotten: by Kalends' id or by the host's own. */
export type ErasureSubject = { accountId: AccountId } | { externalId: string };

export interface ForgetOptions {
  /** Only tell what would go. */
  dryRun?: boolean;
  /** Systems of the host's that have to be told as well; with those of the engine's setting. */
  notify?: readonly string[];
  /** Who asked for it, for the audit log. Default: the host. */
  actor?: string;
}
