import { createHash } from "node:crypto";
import { Secret, type Credential, type HttpRequest, type OAuthCredential } from "@kalends/model";
import { fakeClock, seededRandom } from "@kalends/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caldavProvider } from "../src/index.ts";
import { chooseDigest, digestAuthorization } from "../src/login/digest.ts";
import { readChallenges } from "../src/login/www-authenticate.ts";
import { multistatus, resource, scriptedTransport, type Script, type ScriptedAnswer } from "./scripted-transport.ts";

const password = { kind: "password" as const, username: "alice", password: new Secret("pw") };
const home = multistatus(resource("/h/", "<d:resourcetype><d:collection/></d:resourcetype>"));

function login(script: Script, credential: Credential = password, options: { origin?: string; preset?: string; renew?: () => Promise<Credential>; digest?: boolean } = {}) {
  const { transport, requests } = scriptedTransport(script);
  const provider = caldavProvider({ transport, clock: fakeClock("2026-03-01T00:00:00Z"), random: seededRandom(7) });
  const endpoint = {
    homes: `${options.origin ?? "https://cal.example"}/h/`,
    ...(options.preset === undefined ? {} : { preset: options.preset }),
    ...(options.digest === true ? { login: "digest" } : {}),
  };
  const list = () => provider.listCalendars({ endpoint, credential, ...(options.renew === undefined ? {} : { renew: options.renew }) });
  return { list, requests, sent: () => requests.map((request) => request.authorization?.reveal() ?? null) };
}

/** A server that checks Digest in earnest, by RFC 7616 section 3.4.1. */
function digestServer(options: { algorithm?: string; nonces?: string[]; next?: string; uses?: number; extra?: string } = {}): Script {
  const { algorithm = "MD5", nonces = ["n1"], uses = Number.POSITIVE_INFINITY } = options;
  const hash = (text: string): string => createHash(/^sha-256/i.test(algorithm) ? "sha256" : "md5").update(text).digest("hex");
  let current = 0;
  let used = 0;
  return ({ authorization, method, url }) => {
    const sent = authorization?.reveal() ?? "";
    const refuse = (stale: boolean): ScriptedAnswer => ({
      status: 401,
      headers: { "www-authenticate": `${options.extra ?? ""}Digest realm="r, \\"x\\"", qop="auth-int, auth", algorithm=${algorithm}, nonce="${nonces[current]}", opaque="o"${stale ? ", stale=true" : ""}` },
    });
    const part = (name: string): string => new RegExp(`[ ,]${name}="?([^",]*)`).exec(sent)?.[1] ?? "";
    if (!sent.startsWith("Digest ")) return refuse(false);
    const { pathname, search } = new URL(url);
    const secret = hash('alice:r, "x":pw');
    const key = /-sess$/i.test(algorithm) ? hash(`${secret}:${part("nonce")}:${part("cnonce")}`) : secret;
    const expected = hash(`${key}:${part("nonce")}:${part("nc")}:${part("cnonce")}:auth:${hash(`${method}:${pathname}${search}`)}`);
    if (part("response") !== expected) return refuse(false);
    used += 1;
    if (used > uses && current + 1 < nonces.length) {
      current += 1;
      used = 0;
      return refuse(true);
    }
    if (part("nonce") !== nonces[current] && part("nonce") !== options.next) return refuse(true);
    return { ...home, headers: options.next === undefined ? {} : { "authentication-info": `nextnonce="${options.next}", qop=auth, rspauth="x"` } };
  };
}

describe("challenges", () => {
  test.each<[string, string[]]>([
    ['X-MobileMe-AuthToken realm="Newcastle", Basic realm="Newcastle"', ["x-mobileme-authtoken", "basic"]],
    ['Digest realm="a, Basic b=c", nonce="n", qop="auth,auth-int", Basic realm="r"', ["digest", "basic"]],
    ["Negotiate, NTLM", ["negotiate", "ntlm"]],
    ["Negotiate YII==, Basic realm=plain", ["negotiate", "basic"]],
    ["Bearer", ["bearer"]],
    [', ,Basic realm="a \\" , Digest nonce"', ["basic"]],
    ["", []],
  ])("%s", (header, schemes) => {
    expect(readChallenges(header).map(({ scheme }) => scheme)).toEqual(schemes);
  });

  test("no header can make the reader throw or hang", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."Basic Digest=\",\\;/ \tn1é") }), (header) => {
        for (const { scheme } of readChallenges(header)) expect(scheme).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

describe("Digest", () => {
  const example = { method: "GET", uri: "/dir/index.html", username: "Mufasa", password: new Secret("Circle of Life"), count: 1, clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" };
  const challenge = (algorithm: string) =>
    chooseDigest(readChallenges(`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`));

  test.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("answers the example of RFC 7616 section 3.9.1 with %s", (algorithm, response) => {
    const offered = challenge(algorithm);
    if (offered === null) throw new Error("not understood");
    expect(digestAuthorization(offered, example).reveal()).toContain(`response="${response}"`);
  });

  test("takes the strongest that it speaks, and none that it does not", () => {
    const both = readChallenges('Digest realm="r", nonce="a", algorithm=MD5, qop="auth", Digest realm="r", nonce="b", algorithm=SHA-256, qop="auth", Digest realm="r", nonce="c", algorithm=FOO');
    expect(chooseDigest(both)).toMatchObject({ hash: "sha256", nonce: "b" });
    expect(chooseDigest(readChallenges('Digest realm="r", nonce="a", qop="auth-int"'))).toBeNull();
    expect(chooseDigest(readChallenges('Digest realm="r", nonce="a"'))).toMatchObject({ qopAuth: false, hash: "md5" });
  });

  test("a name outside of ASCII, and a hashed name", () => {
    const offered = chooseDigest(readChallenges('Digest realm="r", nonce="n", qop="auth"'));
    if (offered === null) throw new Error("not understood");
    expect(digestAuthorization(offered, { ...example, username: "Jäsøn Doe" }).reveal()).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe");
    const hashed = digestAuthorization({ ...offered, userhash: true }, example).reveal();
    expect(hashed).toContain(`username="${createHash("md5").update("Mufasa:r").digest("hex")}"`);
    expect(hashed).toContain("userhash=true");
    const told = ["true", '"TRUE"', "false"].map((word) => chooseDigest(readChallenges(`Digest realm="r", nonce="n", qop="auth", userhash=${word}`))?.userhash);
    expect(told).toEqual([true, true, false]);
  });

  test.each(["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"])("%s: the challenge is kept, and its use counted", async (algorithm) => {
    const { list, sent } = login(digestServer({ algorithm }));
    for (let time = 0; time < 3; time += 1) await list();
    expect(sent().map((header) => /nc=(\d+)/.exec(header ?? "")?.[1] ?? header?.slice(0, 5))).toEqual(["Basic", "00000001", "00000002", "00000003"]);
    const nonces = sent().map((header) => /cnonce="([^"]*)"/.exec(header ?? "")?.[1]);
    expect(new Set(nonces).size).toBe(4);
  });

  test("a stale nonce is replaced without a failure; the count starts again", async (context) => {
    const { list, sent } = login(digestServer({ nonces: ["n1", "n2"], uses: 2 }));
    for (let time = 0; time < 4; time += 1) await list();
    expect(sent().at(-1), context.task.name).toMatch(/nonce="n2".*nc=00000002/);
  });

  test("a nonce that is stale at its first use is replaced too", async () => {
    const { list, sent } = login(digestServer({ nonces: ["n1", "n2"], uses: 0 }));
    expect(await list()).toEqual([]);
    expect(sent()).toHaveLength(3);
  });

  test("nextnonce is used for the next request", async () => {
    const { list, sent } = login(digestServer({ next: "n9" }));
    await list();
    await list();
    expect(sent().at(-1)).toMatch(/nonce="n9".*nc=00000001/);
    expect(sent()).toHaveLength(3);
  });

  test("a wrong password is asked once per challenge, not for ever", async () => {
    const { list, sent } = login(digestServer(), { ...password, password: new Secret("wrong") });
    await expect(list()).rejects.toMatchObject({ code: "auth-failed" });
    expect(sent()).toHaveLength(2);
  });

  test("over plain http, and where Digest is known, the password never leaves as it is", async () => {
    for (const options of [{ origin: "http://127.0.0.1:8080" }, { digest: true }]) {
      const { list, sent } = login(digestServer({ extra: 'Basic realm="r", ' }), password, options);
      await list();
      expect(sent()[0]).toBeNull();
      expect(sent().slice(1).every((header) => header?.startsWith("Digest ") === true)).toBe(true);
      expect(sent()).toHaveLength(2);
    }
  });

  test("connect remembers that the server wants Digest", async () => {
    const server = digestServer();
    const { transport } = scriptedTransport((request) => {
      const answer = server(request);
      if (answer.status !== 207) return answer;
      return multistatus(resource("/h/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"));
    });
    const provider = caldavProvider({ transport, clock: fakeClock(), random: seededRandom(7) });
    expect(await provider.connect?.({ address: "https://cal.example/h/", credential: password })).toMatchObject({ endpoint: { login: "digest" } });
  });
});

describe("tokens", () => {
  const token = (text: string, expiresAt: number | null = null): OAuthCredential => ({ kind: "oauth", accessToken: new Secret(text), refreshToken: null, expiresAt, scopes: [] });
  const wants = (good: string): Script => ({ authorization }: HttpRequest) => (authorization?.reveal() === `Bearer ${good}` ? home : { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });

  test("a refused token is renewed once, and the request repeated", async () => {
    let renewals = 0;
    const renew = async (): Promise<Credential> => {
      renewals += 1;
      return token("new");
    };
    const { list, sent } = login(wants("new"), token("old"), { renew });
    expect(await list()).toEqual([]);
    expect([renewals, sent()]).toEqual([1, ["Bearer old", "Bearer new"]]);
  });

  test("a token that was renewed beforehand and is refused all the same is not renewed again", async () => {
    let renewals = 0;
    const renew = async (): Promise<Credential> => {
      renewals += 1;
      return token("new");
    };
    const { list, sent } = login(wants("never"), token("old", Date.parse("2026-03-01T00:00:30Z")), { renew });
    await expect(list()).rejects.toMatchObject({ code: "auth-failed" });
    expect([renewals, sent()]).toEqual([1, ["Bearer new"]]);
  });

  test("a token about to end is renewed before it is used", async () => {
    const { list, sent } = login(wants("new"), token("old", Date.parse("2026-03-01T00:00:30Z")), { renew: async () => token("new") });
    await list();
    expect(sent()).toEqual(["Bearer new"]);
  });

  test("a token that stays refused is auth-failed, without a storm", async () => {
    const renewed = login(wants("never"), token("old"), { renew: async () => token("new") });
    await expect(renewed.list()).rejects.toMatchObject({ code: "auth-failed" });
    expect(renewed.sent()).toHaveLength(2);
    const without = login(wants("never"), token("old"));
    await expect(without.list()).rejects.toMatchObject({ code: "auth-failed" });
    expect(without.sent()).toHaveLength(1);
  });
});
