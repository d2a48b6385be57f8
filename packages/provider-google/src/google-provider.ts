import {
  KalendsError,
  Secret,
  type CalendarProvider,
  type Clock,
  type ConnectedLogin,
  type ConnectRequest,
  type ProjectPauses,
  type ProviderAccess,
  type PulledPage,
  type PullRequest,
  type Random,
  type Transport,
} from "@kalends/model";
import { RequestBudget, type BudgetLimits } from "./budget/request-budget.ts";
import { pullBusyPage } from "./free-busy-page.ts";
import { isReadByBusyTimes } from "./google-scopes.ts";
import { openGoogleLine, type GoogleLine, type LineParts } from "./google-line.ts";
import { listCalendars } from "./list-calendars.ts";
import { delegatedTokens, type ServiceAccount } from "./oauth/delegated-tokens.ts";
import { authorizationUrl, exchangeCode, renewCredential, revokeGrant, type OAuthClient } from "./oauth/google-grants.ts";
import { googleOAuth, type OAuthAddresses, type TokenParts } from "./oauth/token-endpoint.ts";
import { pullEvents } from "./pull-page.ts";
import { readNotification, unwatch, watchCalendar, watchCalendarList } from "./watch.ts";
import { deleteObject } from "./write/delete-object.ts";
import { putObject } from "./write/put-object.ts";

export interface GoogleProviderOptions {
  transport: Transport;
  clock: Clock;
  /** For the UIDs of new events. */
  random: Random;
  /** The application's OAuth client. Without one nobody can connect by the consent page. */
  oauth?: { clientId: string; clientSecret: string | Secret };
  /** A service account with domain-wide delegation. */
  serviceAccount?: ServiceAccount;
  /** Requests a minute. Default: a little below what Google gives a new project. */
  budget?: Partial<BudgetLimits>;
  /** Shares the pauses that Google asks of the whole project with other workers. Default: each worker finds out for itself. */
  pauses?: ProjectPauses;
  /** Most events of one page, 1 to 2,500. Default 1,000. */
  pageSize?: number;
  /** Deadline of one request, its whole answer included. Default 60,000 ms. */
  timeoutMs?: number;
  /** Most bytes of one answer. Default 32 MiB: some 20,000 events. */
  maxBytes?: number;
  /** Base address of the API; for sandboxes. Default `https://www.googleapis.com/`. */
  apiRoot?: string;
  /** Addresses of Google's OAuth; for sandboxes. */
  addresses?: Partial<OAuthAddresses>;
}

/** Google Calendar (Calendar API v3). One instance stands for one Cloud project: its budgets hold for all logins together. */
export function googleProvider(options: GoogleProviderOptions): CalendarProvider {
  const { transport, clock, random, timeoutMs = 60_000, pageSize = 1000, maxBytes = 32 * 1024 * 1024 } = options;
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > 2500) throw new KalendsError("invalid-argument", "`pageSize` must be 1 to 2500");
  const addresses = { ...googleOAuth, ...options.addresses };
  const tokens: TokenParts = { transport, clock, addresses, timeoutMs };
  const parts: LineParts = {
    transport,
    clock,
    budget: new RequestBudget(clock, options.budget, options.pauses ?? null),
    apiRoot: options.apiRoot ?? "https://www.googleapis.com/",
    delegated: options.serviceAccount === undefined ? null : delegatedTokens(tokens, options.serviceAccount),
    timeoutMs,
    maxBytes,
  };
  const open = (access: ProviderAccess): GoogleLine => openGoogleLine(parts, access);
  return {
    id: "google",
    listCalendars: (access) => listCalendars(open(access)),
    pullPage: (access, request) => pullPage(open(access), access, request, pageSize),
    connect: (request) => connect(open, request),
    putObject: (access, request) => putObject(open(access), request, random),
    deleteObject: (access, request) => deleteObject(open(access), request),
    watchResource: "calendar",
    watchCalendar: (access, request) => watchCalendar(open(access), request),
    watchCalendarList: (access, request) => watchCalendarList(open(access), request),
    unwatch: (access, request) => unwatch(open(access), request),
    readNotification,
    ...(options.oauth === undefined ? {} : grantsOf(tokens, clientOf(options.oauth))),
  };
}

function clientOf({ clientId, clientSecret }: NonNullable<GoogleProviderOptions["oauth"]>): OAuthClient {
  if (typeof clientId !== "string" || clientId === "") throw new KalendsError("invalid-argument", "`oauth.clientId` must be the id of an OAuth client");
  return { clientId, clientSecret: clientSecret instanceof Secret ? clientSecret : new Secret(clientSecret) };
}

function grantsOf(tokens: TokenParts, client: OAuthClient): Pick<CalendarProvider, "authorizationUrl" | "exchangeCode" | "renewCredential" | "revokeGrant"> {
  return {
    authorizationUrl: (request) => authorizationUrl(tokens, client, request),
    exchangeCode: (request) => exchangeCode(tokens, client, request),
    renewCredential: (request) => renewCredential(tokens, client, request),
    revokeGrant: (request) => revokeGrant(tokens, request),
  };
}

function pullPage(line: GoogleLine, access: ProviderAccess, request: PullRequest, pageSize: number): Promise<PulledPage> {
  return isReadByBusyTimes(access.credential, request.calendar) ? pullBusyPage(line, request) : pullEvents(line, request, pageSize);
}

/** Connected is who has read the calendar list under the login. */
async function connect(open: (access: ProviderAccess) => GoogleLine, request: ConnectRequest): Promise<ConnectedLogin> {
  const { credential, identity, signal } = request;
  const calendars = await listCalendars(open({ endpoint: {}, credential, ...(signal === undefined ? {} : { signal }) }));
  const primary = calendars.find(({ hints }) => hints["primary"] === "yes");
  if (primary === undefined) throw new KalendsError("answer-invalid", "Google's calendar list names no primary calendar");
  return {
    // The subject stays when the address changes. Where no exchange told it, the primary calendar's id has to do: it is the address.
    remoteIdentity: identity === undefined ? `calendar:${primary.remoteKey.toLowerCase()}` : `google:${identity.subject}`,
    label: identity?.label ?? primary.remoteKey,
    endpoint: { login: primary.remoteKey },
    calendars,
  };
}
