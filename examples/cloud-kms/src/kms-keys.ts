import { KalendsError, type DataKeyContext, type KeyService } from "kalends";
import type { EncryptionContext, KmsClient } from "./memory-kms.ts";

/** Kalends' key service on a KMS: data keys are wrapped by `keyId`, and by nothing that this process ever holds. */
export function kmsKeys(client: KmsClient, keyId: string): KeyService {
  return {
    generateDataKey: async (context) => {
      const made = await asked(() => client.generateDataKey({ KeyId: keyId, EncryptionContext: pairs(context) }));
      return { keyId: made.KeyId, wrapped: made.CiphertextBlob, plaintext: made.Plaintext };
    },
    unwrap: async (wrapped, context) => {
      const opened = await asked(() =>
        client.decrypt({ KeyId: wrapped.keyId, CiphertextBlob: wrapped.wrapped, EncryptionContext: pairs(context) }),
      );
      return opened.Plaintext;
    },
    rewrap: async (wrapped, context) => {
      if (wrapped.keyId === keyId) return wrapped;
      // The data key passes from one key to the other inside the service.
      const moved = await asked(() =>
        client.reEncrypt({
          SourceKeyId: wrapped.keyId,
          DestinationKeyId: keyId,
          CiphertextBlob: wrapped.wrapped,
          SourceEncryptionContext: pairs(context),
          DestinationEncryptionContext: pairs(context),
        }),
      );
      return { keyId: moved.KeyId, wrapped: moved.CiphertextBlob };
    },
    // One key wraps the data keys of all accounts, so there is nothing to end for one of them alone.
    destroy: async () => "logical",
  };
}

function pairs({ organizationId, accountId }: DataKeyContext): EncryptionContext {
  return { organization: organizationId, account: accountId };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    if (name === "InvalidCiphertextException" || name === "IncorrectKeyException") throw new KalendsError("open-failed", "The key service could not unwrap a data key");
    if (["NotFoundException", "DisabledException", "KMSInvalidStateException"].includes(name)) {
      throw new KalendsError("envelope-unknown", `The key service does not let the key be used (${name})`);
    }
    // The service's own message may quote the request, so only its name goes on.
    throw new KalendsError("key-service-failed", `The key service failed (${name})`);
  }
}
