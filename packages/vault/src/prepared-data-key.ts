import type { AccountSealer, OrganizationId, Random } from "@kalends/model";
import { createAccountSealer } from "./account-sealer.ts";
import { deriveKey } from "./derive-key.ts";
import { keyIdBytes } from "./envelope.ts";
import type { RecordKey } from "./record-seal.ts";
import type { VaultCipher } from "./vault-cipher.ts";
import { keyBytes } from "./vault-key.ts";

/** A data key made ready: one part seals records, another many small values, a third digests. */
export interface PreparedDataKey {
  record: RecordKey;
  sealer: AccountSealer;
}

/** Derives everything and wipes `dataKey`. */
export function prepareDataKey(cipher: VaultCipher, random: Random, dataKey: Uint8Array, organizationId: OrganizationId): PreparedDataKey {
  const derive = (purpose: string, length: number): Uint8Array => deriveKey(cipher, dataKey, purpose, length);
  const keyId = derive("kalends data key id v1", keyIdBytes);
  const record = { keyId, bytes: derive("kalends data key records v1", keyBytes) };
  const keys = {
    id: keyId,
    data: derive("kalends data key values v1", keyBytes),
    fixed: derive("kalends data key fixed values v1", keyBytes),
    nonces: derive("kalends data key fixed nonces v1", keyBytes),
    digest: derive("kalends data key digests v1", keyBytes),
  };
  dataKey.fill(0);
  return { record, sealer: createAccountSealer(cipher, random, keys, organizationId) };
}
