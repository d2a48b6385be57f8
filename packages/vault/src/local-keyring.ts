import type { DataKeyContext, KeyService, Random, SealContext, WrappedDataKey } from "@kalends/model";
import { envelopeUnknown } from "./envelope.ts";
import type { Keyset, KeysetKey } from "./keyset.ts";
import { nodeCipher } from "./node-cipher.ts";
import { openRecord, sealRecord, type RecordKey } from "./record-seal.ts";
import type { VaultCipher } from "./vault-cipher.ts";
import { keyBytes } from "./vault-key.ts";

export interface LocalKeyringOptions {
  keyset: Keyset;
  random: Random;
  /** Default: node:crypto. */
  cipher?: VaultCipher;
}

/**
 * The key service for those who have none: data keys are wrapped by the keys of a keyset that the process holds, in the same envelope
 * that seals credentials. It keeps nothing per account, so `destroy` is always `logical`.
 */
export function localKeyring({ keyset, random, cipher = nodeCipher }: LocalKeyringOptions): KeyService {
  const wrap = (dataKey: Uint8Array, context: DataKeyContext): WrappedDataKey => {
    const { primary } = keyset;
    return { keyId: primary.id, wrapped: sealRecord(cipher, random, recordKeyOf(primary), dataKey, wrapContext(context)) };
  };
  const unwrap = ({ keyId, wrapped }: WrappedDataKey, context: DataKeyContext): Uint8Array => {
    const key = keyset.keys.find(({ id, status }) => id === keyId && status !== "disabled");
    if (key === undefined) throw envelopeUnknown();
    return openRecord(cipher, recordKeyOf(key), wrapped, wrapContext(context));
  };
  return {
    generateDataKey: async (context) => {
      const plaintext = random.bytes(keyBytes);
      return { ...wrap(plaintext, context), plaintext };
    },
    unwrap: async (wrapped, context) => unwrap(wrapped, context),
    rewrap: async (wrapped, context) => (wrapped.keyId === keyset.primary.id ? wrapped : wrap(unwrap(wrapped, context), context)),
    destroy: async () => "logical",
  };
}

function recordKeyOf({ id, key }: KeysetKey): RecordKey {
  return { keyId: Buffer.from(id, "hex"), bytes: key.reveal() };
}

function wrapContext({ organizationId, accountId }: DataKeyContext): SealContext {
  return { organizationId, accountId, table: "data_key", row: accountId, column: "wrapped", purpose: "data key", generation: 0 };
}
