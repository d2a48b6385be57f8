import { KalendsError, type CalendarProvider, type Clock, type ConnectedLogin, type ConnectRequest, type Transport } from "@kalends/model";
import { openDavLine, type DavLine } from "./dav-line.ts";
import { discover } from "./discover.ts";
import { listCalendars } from "./list-calendars.ts";
import { endpointOrigin, writeEndpoint } from "./login-endpoint.ts";
import { presetForDomain, presetNamed } from "./presets.ts";
import { pullPage } from "./pull-page.ts";
import type { ServiceResolver } from "./service-resolver.ts";
import { readTypedAddress } from "./typed-address.ts";

export interface CaldavProviderOptions {
  transport: Transport;
  clock: Clock;
  /** Items per multiget and page. Default 100: some servers cap at 1,000 without a word, some get slow far earlier. */
  batchSize?: number;
  /** DNS look-up for discovery (RFC 6764); without one that step is left out. */
  resolver?: ServiceResolver;
}

/** The CalDAV adapter (RFC 4791, 6578, 6764), iCloud among its presets. */
export function caldavProvider(options: CaldavProviderOptions): CalendarProvider {
  const { transport, clock } = options;
  const batchSize = options.batchSize ?? 100;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1 || batchSize > 1000) throw new KalendsError("invalid-argument", "`batchSize` must be 1 to 1000");
  return {
    id: "caldav",
    listCalendars: (access) => listCalendars(openDavLine(transport, clock, access), access),
    pullPage: (access, request) => pullPage(openDavLine(transport, clock, access), access, request, batchSize),
    connect: (request) => connect(request, options),
  };
}

/** Connected is who has read the calendar list under the login. */
async function connect(request: ConnectRequest, options: CaldavProviderOptions): Promise<ConnectedLogin> {
  const address = readTypedAddress(request.address);
  const preset = request.preset === undefined ? presetForDomain(address.domain) : presetNamed(request.preset);
  if (preset === null && request.preset !== undefined) throw new KalendsError("invalid-argument", "`preset` names none of the adapter's presets");
  const signal = request.signal === undefined ? {} : { signal: request.signal };
  const endpoint: Record<string, string> = preset === null ? {} : { preset: preset.name };
  const line: DavLine = openDavLine(options.transport, options.clock, { endpoint, credential: request.credential, ...signal });
  const found = await discover(line, address, options.resolver ?? null);
  const pairs = writeEndpoint(found.endpoint);
  const calendars = await listCalendars(line, { endpoint: pairs, credential: request.credential, ...signal });
  const host = new URL(endpointOrigin(found.endpoint) ?? address.origin).host;
  const who = request.credential.kind === "password" ? request.credential.username : (found.endpoint.addresses[0] ?? found.displayName);
  return {
    remoteIdentity: found.endpoint.principal ?? found.endpoint.homes[0] ?? found.endpoint.calendars[0] ?? address.origin,
    label: who === null ? host : who.includes("@") ? who : `${who} on ${host}`,
    endpoint: pairs,
    calendars,
  };
}
