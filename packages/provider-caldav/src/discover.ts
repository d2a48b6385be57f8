import { KalendsError, toKalendsError } from "@kalends/model";
import type { DavLine } from "./dav-line.ts";
import { davNamespaces as ns } from "./dav-names.ts";
import { canonicalPath, samePath } from "./href.ts";
import type { LoginEndpoint } from "./login-endpoint.ts";
import { mayReceiveLogin } from "./login-site.ts";
import { errorOfInnerStatus, leadsElsewhere, loginRefused } from "./map-error.ts";
import { collectResponses, property, propertyHrefs, propertyText, type DavResponse } from "./multistatus.ts";
import { principalPropfind } from "./request-bodies.ts";
import type { CaldavPreset } from "./presets/caldav-preset.ts";
import { knownPlaces, presetAddress, presetPaths } from "./presets/preset-address.ts";
import type { ServiceResolver } from "./service-resolver.ts";
import type { TypedAddress } from "./typed-address.ts";

/** What discovery found: an endpoint, and the person's own name where the server tells one. */
export interface FoundLogin {
  endpoint: LoginEndpoint;
  displayName: string | null;
}

interface Candidate {
  step: string;
  url: string;
  /** The preset that the place is typical of. */
  preset?: string;
}

/** What is looked for, and by which ways. */
export interface DiscoveryRequest {
  address: TypedAddress;
  /** User name, for places that hold it; empty with a token. */
  user: string;
  resolver: ServiceResolver | null;
}

/**
 * Finds the calendars behind an address: the URL as typed, `.well-known/caldav` (RFC 6764 section 5), DNS (section 3), the root,
 * and at last the places where known software keeps its service. A preset's own URL comes first. The first 401 is remembered: a later
 * 404 must not hide a wrong password.
 * Throws `auth-failed`, `auth-unsupported`, `not-calendar-data`, `caldav-not-found` (naming the steps), or what the network says.
 */
export async function discover(line: DavLine, request: DiscoveryRequest): Promise<FoundLogin> {
  const failures: Failure[] = [];
  const tried = new Set<string>();
  for await (const candidate of candidates(line, request, failures)) {
    if (tried.has(candidate.url)) continue;
    tried.add(candidate.url);
    try {
      const found = await tryCandidate(line, candidate.url, candidate.step === typedStep);
      found.endpoint.preset ??= candidate.preset ?? presetOfPlace(found.endpoint);
      return found;
    } catch (thrown) {
      const error = toKalendsError(thrown);
      if (error.code === "aborted" || error.code === "rate-limited" || error.code === "internal") throw error;
      failures.push({ step: candidate.step, error });
    }
  }
  throw verdict(failures);
}

const typedStep = "the address as typed";

interface Failure {
  step: string;
  error: KalendsError;
}

async function* candidates(line: DavLine, request: DiscoveryRequest, failures: Failure[]): AsyncGenerator<Candidate> {
  const { preset } = line;
  const { address, resolver, user } = request;
  const own = preset === null ? null : presetAddress(preset, user);
  if (preset !== null && own !== null && address.url === null) yield { step: `preset ${preset.name}`, url: own };
  if (address.url !== null) yield { step: typedStep, url: address.url };
  // A web page of the provider was typed: its service lies where the preset says.
  if (preset !== null && own !== null && address.url !== null) yield { step: `preset ${preset.name}`, url: own };
  yield* wellKnown(line, "well-known", address.origin, failures);
  if (resolver !== null) {
    for (const service of await resolver(address.domain)) {
      const step = "DNS";
      if (!mayReceiveLogin(new URL(service.origin), new URL(address.origin), preset?.trustedSites ?? [])) {
        failures.push({ step, error: leadsElsewhere(service.origin) });
      } else if (service.path !== null) {
        yield { step, url: new URL(service.path, service.origin).href };
      } else {
        yield* wellKnown(line, step, service.origin, failures);
      }
    }
  }
  yield { step: "root", url: `${address.origin}/` };
  yield* places(line, request, failures);
}

/**
 * Servers without well-known: SOGo, DAViCal, Zimbra and their like, each at its usual path. A login that was refused is not tried at more
 * places, for servers lock accounts out; a host that does not answer is not asked again.
 */
async function* places(line: DavLine, { address, user }: DiscoveryRequest, failures: readonly Failure[]): AsyncGenerator<Candidate> {
  const hopeless = (): boolean => failures.some(({ error }) => error.failure === "auth" || error.code.startsWith("network-") || error.code === "tls-failed" || error.code === "address-refused");
  const bases = address.url === null || line.preset === null ? [address.origin] : [address.url, address.origin];
  const { preset } = line;
  const placesOf = (chosen: CaldavPreset, base: string): { preset: string; url: string }[] =>
    presetPaths(chosen, base, user).map((url) => ({ preset: chosen.name, url }));
  const known = preset === null ? knownPlaces(address.origin, user) : bases.flatMap((base) => placesOf(preset, base));
  for (const { preset, url } of known) {
    if (hopeless()) return;
    yield { step: new URL(url).pathname, url, ...(preset === "nextcloud" ? { preset } : {}) };
  }
}

/** Nextcloud is told by its path, wherever it was found. */
function presetOfPlace(endpoint: LoginEndpoint): string | null {
  return endpoint.homes.some((home) => new URL(home).pathname.includes("/remote.php/dav/")) ? "nextcloud" : null;
}

/** Asked without the login, because its whole purpose is to send us elsewhere; the login follows to where it may go. */
async function* wellKnown(line: DavLine, step: string, origin: string, failures: Failure[]): AsyncGenerator<Candidate> {
  const url = `${origin}/.well-known/caldav`;
  try {
    const response = await line.send({ method: "PROPFIND", url, depth: "0", body: principalPropfind, withLogin: false });
    await response.discard();
    const target = new URL(response.url);
    if (!mayReceiveLogin(target, new URL(origin), line.preset?.trustedSites ?? [])) failures.push({ step, error: leadsElsewhere(target.origin) });
    else if (response.url !== url || response.status === 401 || response.status === 207) yield { step, url: response.url };
    else failures.push({ step, error: new KalendsError("caldav-not-found", `${response.status}`) });
  } catch (thrown) {
    const error = toKalendsError(thrown);
    if (error.code === "aborted" || error.code === "internal") throw error;
    failures.push({ step, error });
  }
}

/** One authenticated look at a URL, and at the principal it names. Throws where no calendars are to be found from there. */
async function tryCandidate(line: DavLine, url: string, typed: boolean): Promise<FoundLogin> {
  const first = await look(line, url);
  const isCalendar = property(first.response, ns.dav, "resourcetype")?.children.some((type) => type.namespace === ns.caldav && type.name === "calendar") === true;
  const principal = property(first.response, ns.dav, "current-user-principal");
  if (principal?.children.some((state) => state.name === "unauthenticated") === true) throw loginRefused(null, line.preset);
  const named = propertyHrefs(first.response, ns.dav, "current-user-principal", first.url)[0];
  const principalUrl = named === undefined ? null : resolveOnSite(line, named.text, first.url);
  const onPrincipal = principalUrl === null || samePath(canonicalPath(new URL(principalUrl).pathname), canonicalPath(new URL(first.url).pathname));
  const person = principalUrl === null || onPrincipal ? first : await look(line, principalUrl);
  const homes = homesOf(line, person).concat(person === first ? [] : homesOf(line, first));
  const endpoint: LoginEndpoint = {
    preset: line.preset?.name ?? null,
    principal: principalUrl,
    homes: [...new Set(homes)],
    calendars: [],
    addresses: addressesOf(person.response),
    digest: [...line.account.schemes.values()].some(({ kind }) => kind === "digest"),
  };
  const covered = endpoint.homes.some((home) => first.url.startsWith(home));
  if (isCalendar && !covered && (typed || endpoint.homes.length === 0)) endpoint.calendars.push(withSlash(first.url));
  if (endpoint.homes.length === 0 && !isCalendar) {
    if (!(await holdsCalendars(line, first.url))) throw new KalendsError("caldav-not-found", "no calendar home is named there");
    endpoint.homes.push(withSlash(first.url));
  }
  return { endpoint, displayName: blankToNull(person === first && !onPrincipal ? null : propertyText(person.response, ns.dav, "displayname")) };
}

async function look(line: DavLine, url: string): Promise<{ url: string; response: DavResponse }> {
  const multistatus = await line.ask({ method: "PROPFIND", url, depth: "0", body: principalPropfind }, "discovery");
  const [response] = await collectResponses(multistatus);
  if (response === undefined) throw new KalendsError("answer-invalid", "The server answered with an empty multistatus");
  if (response.status !== null && response.status >= 300) throw errorOfInnerStatus(response.status, "discovery");
  return { url: multistatus.url, response };
}

/** For servers without principals: a folder that has a calendar among its members is a calendar home. */
async function holdsCalendars(line: DavLine, url: string): Promise<boolean> {
  const multistatus = await line.ask({ method: "PROPFIND", url, depth: "1", body: principalPropfind }, "discovery");
  let found = false;
  for await (const response of multistatus.responses()) {
    const types = property(response, ns.dav, "resourcetype")?.children ?? [];
    if (types.some((type) => type.namespace === ns.caldav && type.name === "calendar")) found = true;
  }
  return found;
}

function homesOf(line: DavLine, from: { url: string; response: DavResponse }): string[] {
  return propertyHrefs(from.response, ns.caldav, "calendar-home-set", from.url).map((href) => withSlash(resolveOnSite(line, href.text, from.url)));
}

/** An address that an answer names, made absolute; the login goes along only where it may. */
function resolveOnSite(line: DavLine, href: string, base: string): string {
  if (!URL.canParse(href, base)) throw new KalendsError("answer-invalid", "The server names an address that cannot be read");
  const target = new URL(href, base);
  const asked = new URL(base);
  // Behind a proxy, servers name themselves by http; the asked origin is the one that is known to work.
  if (target.host === asked.host || target.hostname === asked.hostname) return asked.origin + target.pathname;
  if (!mayReceiveLogin(target, asked, line.preset?.trustedSites ?? [])) throw leadsElsewhere(target.origin);
  return target.href;
}

/** `mailto:` addresses of calendar-user-address-set, lower-case. */
function addressesOf(response: DavResponse): string[] {
  const hrefs = propertyHrefs(response, ns.caldav, "calendar-user-address-set", "https://localhost/").map((href) => href.text);
  const mails = hrefs.flatMap((href) => /^mailto:([^\s?]+@[^\s?]+)/i.exec(href)?.[1] ?? []);
  return [...new Set(mails.map((mail) => mail.toLowerCase()))];
}

/** The one error that tells most, out of what all steps ran into. */
function verdict(failures: readonly Failure[]): KalendsError {
  const steps = failures.map(({ step, error }) => `${step} (${error.message})`).join("; ");
  const login = failures.find(({ error }) => error.failure === "auth" || error.code === "permission-denied");
  if (login !== undefined) return login.error;
  const page = failures.find(({ error }) => error.code === "not-calendar-data");
  if (page !== undefined) return new KalendsError("not-calendar-data", `No calendar data was found. Tried: ${steps}`);
  const refused = failures.find(({ error }) => error.code === "redirect-refused" || error.code === "address-refused" || error.code === "tls-failed");
  if (refused !== undefined) return refused.error;
  const [first] = failures;
  if (first !== undefined && first.error.failure === "transient") return first.error;
  return new KalendsError("caldav-not-found", `No CalDAV service was found. Tried: ${steps}`);
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

function blankToNull(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text;
}
