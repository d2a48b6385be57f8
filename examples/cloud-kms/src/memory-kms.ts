import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Pairs that are bound into a ciphertext: it opens with exactly these again. */
export type EncryptionContext = Record<string, string>;

/** The part of a KMS client that wrapping data keys needs. Its names are those of AWS KMS. */
export interface KmsClient {
  generateDataKey(input: {
    KeyId: string;
    EncryptionContext: EncryptionContext;
  }): Promise<{ KeyId: string; CiphertextBlob: Uint8Array; Plaintext: Uint8Array }>;
  decrypt(input: { KeyId: string; CiphertextBlob: Uint8Array; EncryptionContext: EncryptionContext }): Promise<{ Plaintext: Uint8Array }>;
  reEncrypt(input: {
    SourceKeyId: string;
    DestinationKeyId: string;
    CiphertextBlob: Uint8Array;
    SourceEncryptionContext: EncryptionContext;
    DestinationEncryptionContext: EncryptionContext;
  }): Promise<{ KeyId: string; CiphertextBlob: Uint8Array }>;
}

/** A service of that kind in memory, and its operator's hand. */
export interface MemoryKms extends KmsClient {
  createKey(): string;
  disableKey(id: string): void;
  enableKey(id: string): void;
  deleteKey(id: string): void;
  /** The next call fails with an error of this name. */
  failNext(name: string): void;
  /** Names of the calls so far. */
  readonly calls: string[];
}

function fault(name: string): Error {
  return Object.assign(new Error(`the service refused: ${name}`), { name });
}

/** The context in one form, whatever the order of its pairs. */
function associated(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))), "utf8");
}

function seal(key: Buffer, plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 }).setAAD(associated(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, blob: Uint8Array, context: EncryptionContext): Uint8Array {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, blob.subarray(0, 12), { authTagLength: 16 }).setAAD(associated(context));
    decipher.setAuthTag(blob.subarray(-16));
    return Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
  } catch {
    throw fault("InvalidCiphertextException");
  }
}

export function memoryKms(): MemoryKms {
  const keys = new Map<string, { bytes: Buffer; enabled: boolean }>();
  const calls: string[] = [];
  let next: string | null = null;
  const begin = (call: string): void => {
    calls.push(call);
    const name = next;
    next = null;
    if (name !== null) throw fault(name);
  };
  const find = (id: string): { bytes: Buffer; enabled: boolean } => {
    const key = keys.get(id);
    if (key === undefined) throw fault("NotFoundException");
    return key;
  };
  const usable = (id: string): Buffer => {
    const { bytes, enabled } = find(id);
    if (!enabled) throw fault("DisabledException");
    return bytes;
  };
  return {
    calls,
    createKey: () => {
      const id = `key/${randomBytes(8).toString("hex")}`;
      keys.set(id, { bytes: randomBytes(32), enabled: true });
      return id;
    },
    disableKey: (id) => void (find(id).enabled = false),
    enableKey: (id) => void (find(id).enabled = true),
    deleteKey: (id) => void keys.delete(id),
    failNext: (name) => void (next = name),
    generateDataKey: async ({ KeyId, EncryptionContext }) => {
      begin("generateDataKey");
      const Plaintext = randomBytes(32);
      return { KeyId, CiphertextBlob: seal(usable(KeyId), Plaintext, EncryptionContext), Plaintext };
    },
    decrypt: async ({ KeyId, CiphertextBlob, EncryptionContext }) => {
      begin("decrypt");
      return { Plaintext: open(usable(KeyId), CiphertextBlob, EncryptionContext) };
    },
    reEncrypt: async ({ SourceKeyId, DestinationKeyId, CiphertextBlob, SourceEncryptionContext, DestinationEncryptionContext }) => {
      begin("reEncrypt");
      const plaintext = open(usable(SourceKeyId), CiphertextBlob, SourceEncryptionContext);
      return { KeyId: DestinationKeyId, CiphertextBlob: seal(usable(DestinationKeyId), plaintext, DestinationEncryptionContext) };
    },
  };
}
