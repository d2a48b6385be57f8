import { KalendsError } from "@kalends/model";
import type { AccountId, AccountSealer, OrganizationId, SealContext, Vault } from "@kalends/model";

/** Where a sealed text stands. */
export interface TextPlace {
  accountId: AccountId;
  table: string;
  row: string;
  column: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Seals texts of one organization's directory, each under its account's data key, as base64url. */
export class SealedTexts {
  readonly #vault: Pick<Vault, "forAccount">;
  readonly #organizationId: OrganizationId;

  constructor(vault: Pick<Vault, "forAccount">, organizationId: OrganizationId) {
    this.#vault = vault;
    this.#organizationId = organizationId;
  }

  async seal(text: string, place: TextPlace): Promise<string> {
    const sealer = await this.#sealer(place);
    return toText(sealer.seal(encoder.encode(text), this.#context(place)));
  }

  /** The same text in the same place gives the same result, so that the database can keep it unique. */
  async sealFixed(text: string, place: TextPlace): Promise<string> {
    const sealer = await this.#sealer(place);
    return toText(sealer.sealFixed(encoder.encode(text), this.#context(place)));
  }

  /** Opens both kinds. Throws `open-failed`, `envelope-unknown`. */
  async open(sealed: string, place: TextPlace): Promise<string> {
    const sealer = await this.#sealer(place);
    return decoder.decode(sealer.open(fromText(sealed), this.#context(place)));
  }

  #sealer({ accountId }: TextPlace): Promise<AccountSealer> {
    return this.#vault.forAccount(this.#organizationId, accountId);
  }

  #context({ accountId, table, row, column }: TextPlace): SealContext {
    return { organizationId: this.#organizationId, accountId, table, row, column, purpose: "directory", generation: 0 };
  }
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

function fromText(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length === 0) throw new KalendsError("open-failed", "A sealed value could not be opened");
  return bytes;
}
