import type { Account, AccountId, AccountSealer, Calendar, CalendarId, Connection, OrganizationId, RemoteCalendar, Vault } from "@kalends/model";
import { SealedTexts, type TextPlace } from "./sealed-texts.ts";

/** The one name under which a sealed endpoint is stored. */
const sealedEndpoint = "sealed";

/** Which texts of the directory are sealed, and where each of them stands. For one call: data keys are kept for as long as it lives. */
export class DirectoryTexts {
  readonly #texts: SealedTexts;

  constructor(vault: Vault, organizationId: OrganizationId) {
    const sealers = new Map<AccountId, Promise<AccountSealer>>();
    const sealerOf = (accountId: AccountId): Promise<AccountSealer> => {
      const known = sealers.get(accountId) ?? vault.forAccount(organizationId, accountId);
      sealers.set(accountId, known);
      return known;
    };
    this.#texts = new SealedTexts({ forAccount: (_, accountId) => sealerOf(accountId) }, organizationId);
  }

  async sealAccount(account: Account): Promise<Account> {
    const { displayName, externalId } = account;
    return {
      ...account,
      externalId: externalId === null ? null : await this.sealExternalId(externalId),
      displayName: displayName === null ? null : await this.#texts.seal(displayName, placeOfName(account)),
    };
  }

  async openAccount(account: Account): Promise<Account> {
    const { displayName, externalId } = account;
    return {
      ...account,
      externalId: externalId === null ? null : await this.#texts.open(externalId, externalIdPlace),
      displayName: displayName === null ? null : await this.#texts.open(displayName, placeOfName(account)),
    };
  }

  sealExternalId(externalId: string): Promise<string> {
    return this.#texts.sealFixed(externalId, externalIdPlace);
  }

  async sealConnection(connection: Connection): Promise<Connection> {
    return {
      ...connection,
      remoteIdentity: await this.#texts.sealFixed(connection.remoteIdentity, placeOfIdentity(connection)),
      label: await this.#texts.seal(connection.label, placeIn(connection, "label")),
      endpoint: await this.sealEndpoint(connection, connection.endpoint),
    };
  }

  async openConnection(connection: Connection): Promise<Connection> {
    const sealed = connection.endpoint[sealedEndpoint];
    return {
      ...connection,
      remoteIdentity: await this.#texts.open(connection.remoteIdentity, placeOfIdentity(connection)),
      label: await this.#texts.open(connection.label, placeIn(connection, "label")),
      endpoint: sealed === undefined ? {} : (JSON.parse(await this.#texts.open(sealed, placeIn(connection, "endpoint"))) as Record<string, string>),
    };
  }

  async sealEndpoint(connection: Pick<Connection, "id" | "accountId">, endpoint: Record<string, string>): Promise<Record<string, string>> {
    return { [sealedEndpoint]: await this.#texts.seal(JSON.stringify(endpoint), placeIn(connection, "endpoint")) };
  }

  async sealRemote(accountId: string, listed: { id: CalendarId; remote: RemoteCalendar }): Promise<{ id: CalendarId; remote: RemoteCalendar }> {
    const name = await this.#texts.seal(listed.remote.name, placeOfCalendar(accountId, listed.id));
    return { id: listed.id, remote: { ...listed.remote, name } };
  }

  async openCalendar(calendar: Calendar): Promise<Calendar> {
    return { ...calendar, name: await this.#texts.open(calendar.name, placeOfCalendar(calendar.accountId, calendar.id)) };
  }
}

/** Asked for before the account is known, so under the organization's own data key and bound to no row. */
const externalIdPlace: TextPlace = { accountId: "", table: "account", row: "", column: "external_id" };

function placeOfName({ id }: Account): TextPlace {
  return { accountId: id, table: "account", row: id, column: "display_name" };
}

/** Not bound to its row: one login has one identity, whichever connection asks for it. */
function placeOfIdentity({ accountId, provider }: Connection): TextPlace {
  return { accountId, table: "connection", row: provider, column: "remote_identity" };
}

function placeIn({ id, accountId }: Pick<Connection, "id" | "accountId">, column: string): TextPlace {
  return { accountId, table: "connection", row: id, column };
}

function placeOfCalendar(accountId: string, row: CalendarId): TextPlace {
  return { accountId, table: "calendar", row, column: "name" };
}
