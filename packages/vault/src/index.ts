export * from "./create-vault.ts";
export { VaultKey, parseKey, generateKey } from "./vault-key.ts";
export * from "./key-file.ts";
export * from "./seal-credential.ts";
export type { VaultCipher, GcmKey } from "./vault-cipher.ts";
export { nodeCipher } from "./node-cipher.ts";
export { portableCipher } from "./portable-cipher.ts";
