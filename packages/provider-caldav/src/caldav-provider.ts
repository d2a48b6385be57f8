import {
  KalendsError,
  type CalendarProvider,
  type Clock,
  type ConnectedLogin,
  type ConnectRequest,
  type ProviderAccess,
  type Random,
  type Transport,
} from "@kalends/model";
import { AccountDesk } from "./account-desk.ts";
import { openDavLine, type DavLine } from "./dav-line.ts";
import { discover } from "./discover.ts";
import { listCalendars, listSubscriptions } from "./list-calendars.ts";
import { endpointOrigin, writeEndpoint } from "./login-endpoint.ts";
import { presetForDomain, presetNamed } from "./presets/preset-list.ts";
import { pullPage } from "./pull-page.ts";
import type { ServiceResolver } from "./service-resolver.ts";
import { readTypedAddress } from "./typed-address.ts";
import { deleteObject } from "./write/delete-object.ts";
import { putObject } from "./write/put-object.ts";

export interface CaldavProviderOptions {
  transport: Transport;
  clock: Clock;
  /** For the client nonces of Digest and the names of new items. */
  random: Random;
  /** Most items per multiget and page. Default 100: some servers cap at 1,000 without a word, some get slow far earlier. */
  batchSize?: number;
  /** Deadline of one request, its whole answer included. Default 120,000 ms: some servers think for more than a minute over a first list. */
  timeoutMs?: number;
  /** DNS look-up for discovery (RFC 6764); without one that step is left out. */
  resolver?: ServiceResolver;
}

/** Opens the line of one login. */
type OpenLine = (access: ProviderAccess, site?: string) => DavLine;

/** The CalDAV adapter (RFC 4791, 6578, 6764), iCloud among its presets. */
export function caldavProvider(options: CaldavProviderOptions): CalendarProvider {
  const { transport, clock, random, timeoutMs = 120_000, batchSize = 100 } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1 || batchSize > 1000) throw new KalendsError("invalid-argument", "`batchSize` must be 1 to 1000");
  const desk = new AccountDesk(clock, batchSize);
  const open: OpenLine = (access, site = "") => {
    const account = desk.of(access, presetNamed(access.endpoint["preset"] ?? ""), site);
    return openDavLine({ transport, clock, random, account, timeoutMs }, access);
  };
  return {
    id: "caldav",
    listCalendars: (access) => listCalendars(open(access), access),
    listSubscriptions: (access) => listSubscriptions(open(access), access),
    pullPage: (access, request) => pullPage(open(access), access, request),
    connect: (request) => connect(request, open, options.resolver ?? null),
    putObject: (access, request) => putObject(open(access), access, request),
    deleteObject: (access, request) => deleteObject(open(access), access, request),
  };
}

/** Connected is who has read the calendar list under the login. */
async function connect(request: ConnectRequest, open: OpenLine, resolver: ServiceResolver | null): Promise<ConnectedLogin> {
  const address = readTypedAddress(request.address);
  const { credential } = request;
  const preset = request.preset === undefined ? presetForDomain(address.domain) : presetNamed(request.preset);
  if (preset === null && request.preset !== undefined) throw new KalendsError("invalid-argument", "`preset` names none of the adapter's presets");
  if (preset?.login === "oauth" && credential.kind === "password") {
    throw new KalendsError("auth-unsupported", `${preset.title} takes no passwords`, preset.passwordRemedy === null ? {} : { remedy: preset.passwordRemedy });
  }
  const rest = { credential, ...(request.signal === undefined ? {} : { signal: request.signal }) };
  const line = open({ endpoint: preset === null ? {} : { preset: preset.name }, ...rest }, address.origin);
  // A token names nobody; the typed mail address does.
  const user = credential.kind === "password" ? credential.username : (/^(?:mailto:)?([^\s/@]+@[^\s/@:]+)$/i.exec(request.address.trim())?.[1] ?? "");
  const found = await discover(line, { address, user, resolver });
  const endpoint = writeEndpoint(found.endpoint);
  const calendars = await listCalendars(line, { endpoint, ...rest });
  const host = new URL(endpointOrigin(found.endpoint) ?? address.origin).host;
  const who = credential.kind === "password" ? credential.username : (found.endpoint.addresses[0] ?? found.displayName);
  return {
    remoteIdentity: found.endpoint.principal ?? found.endpoint.homes[0] ?? found.endpoint.calendars[0] ?? address.origin,
    label: who === null ? host : who.includes("@") ? who : `${who} on ${host}`,
    endpoint,
    calendars,
  };
}
