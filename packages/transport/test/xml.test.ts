import { KalendsError } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { child, childrenOf, escapeXml, openXml, readXmlTree, textOf, type XmlElement, type XmlLimits } from "../src/index.ts";
import { codeOf } from "./loopback.ts";
import { sharedJson } from "./shared-data.ts";

type Body = { text?: string; repeat?: [string, number]; counter?: [string, number]; suffix?: Body };
interface Entry { id: string; replies: { body?: Body }[] }
const entries = (sharedJson<{ entries: Entry[] }>("bad-http/manifest.json")?.entries ?? []).filter((entry) =>
  entry.id.startsWith("caldav-xml-"));

const bytes = (text: string | Uint8Array): Uint8Array => (typeof text === "string" ? new TextEncoder().encode(text) : text);
async function* chunks(text: string | Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  const all = bytes(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}
const tree = (text: string | Uint8Array, limits: Partial<XmlLimits> = {}, size?: number): Promise<XmlElement> => readXmlTree(chunks(text,
  size), limits);
const codeFor = (text: string | Uint8Array, limits: Partial<XmlLimits> = {}, size?: number): Promise<string> => codeOf(tree(text, limits,
  size));
const dav = (inner: string): string => `<D:multistatus xmlns:D="DAV:">${inner}</D:multistatus>`;

/** Processor time of this process in ms: unlike the time on the wall it does not grow with what else the machine does. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function expand(body: Body | undefined): string {
  if (!body) return "";
  const own = body.text ?? (body.repeat ? body.repeat[0].repeat(body.repeat[1]) : "");
  const counted = body.counter ? Array.from({ length: body.counter[1] }, (_, i) => (body.counter as [string,
    number])[0].replaceAll("{n}", String(i))).join("") : "";
  return own + counted + expand(body.suffix);
}

const sample = `<?xml version="1.0" encoding="utf-8" ?>
<!-- made by hand -->
<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response id='1' C:x="&lt;2>"><href>/a&amp;b%20c</href>
<C:calendar-data><![CDATA[BEGIN:VCALENDAR\r\nSUMMARY:<b>&amp;</b> ]] >]]>tail&#13;&#x1F600;</C:calendar-data><empty xmlns=""/></response>
<?pi ?><C:response xmlns:C="urn:other"><D:x xmlns:D="DAV:">y</D:x ></C:response><sync-token>t</sync-token></multistatus>
<!-- end -->`;

describe("reading", () => {
  test("namespaces, attributes, text, CDATA and references, wherever the bytes are cut", async () => {
    const whole = await tree(sample);
    const [first, second] = whole.children as [XmlElement, XmlElement];
    expect([whole.namespace, whole.name, whole.children.length]).toEqual(["DAV:", "multistatus", 3]);
    expect([...first.attributes]).toEqual([["id", "1"], ["{urn:ietf:params:xml:ns:caldav}x", "<2>"]]);
    expect(textOf(first, "DAV:", "href")).toBe("/a&b%20c");
    expect(child(first, "urn:ietf:params:xml:ns:caldav", "calendar-data")?.text).toBe("BEGIN:VCALENDAR\nSUMMARY:<b>&amp;</b> ]] >tail\r😀");
    expect(child(first, "", "empty")?.namespace).toBe("");
    expect([second.namespace, textOf(second, "DAV:", "x")]).toEqual(["urn:other", "y"]);
    expect(childrenOf(whole, "DAV:", "response")).toHaveLength(1);
    expect(textOf(whole, "DAV:", "sync-token")).toBe("t");
    expect(textOf(whole, "DAV:", "none")).toBeUndefined();
    for (let size = 1; size < 40; size++) expect(await tree(sample, {}, size)).toEqual(whole);
  });

  test("items come one at a time, before the document has ended, and leaving early closes the source", async () => {
    let given = 0;
    let left = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield bytes('<D:multistatus xmlns:D="DAV:">');
        for (;;) yield bytes(`<D:response><D:href>/${given++}</D:href></D:response>${" ".repeat(300)}`);
      } finally {
        left = true;
      }
    }
    const document = await openXml(endless());
    expect(document.root.name).toBe("multistatus");
    const seen: (string | undefined)[] = [];
    for await (const item of document.items()) {
      seen.push(textOf(item, "DAV:", "href"));
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(["/0", "/1", "/2"]);
    expect(given).toBeLessThan(6);
    expect(left).toBe(true);
  });

  test("an error of the source comes through", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes('<D:multistatus xmlns:D="DAV:"><D:response/>'.padEnd(400));
      throw new KalendsError("network-timeout", "late");
    }
    const document = await openXml(failing());
    await expect((async () => { for await (const _item of document.items()); })()).rejects.toMatchObject({ code: "network-timeout" });
  });

  test("encodings: byte order marks, declarations, stray bytes", async () => {
    const text = dav("<D:a>Grüße 😀</D:a>");
    const value = async (input: Uint8Array): Promise<string | undefined> => textOf(await tree(input, {}, 7), "DAV:", "a");
    const utf16be = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    for (const input of [bytes(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, "utf16le"), utf16be, Buffer.from(text, "utf16le")]) {
      expect(await value(input)).toBe("Grüße 😀");
    }
    const latin = `<?xml version="1.0" encoding="iso-8859-1"?>${dav("<D:a>Grüße</D:a>")}`;
    expect(await value(Buffer.from(latin, "latin1"))).toBe("Grüße");
    expect(await value(bytes(`<?xml version="1.0" encoding="utf-16"?>${text}`))).toBe("Grüße 😀");
    expect(await value(Buffer.concat([bytes('<D:m xmlns:D="DAV:"><D:a>x'), Buffer.from([0xff, 0x07, 0x0b]),
      bytes("y</D:a></D:m>")]))).toBe("x\ufffdy");
  });

  test("names out of Object.prototype are only names", async () => {
    const root = await tree(dav('<__proto__ __proto__="1"><polluted>1</polluted></__proto__><constructor toString="2"/>'));
    expect(root.children.map((entry) => entry.name)).toEqual(["__proto__", "constructor"]);
    expect(root.children[0]?.attributes.get("__proto__")).toBe("1");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("what escapeXml writes is read back, in text and in attributes", async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (text, size) => {
      const kept = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
      const root = await tree(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`, {}, size);
      expect(root.text).toBe(kept);
      expect(root.attributes.get("b")).toBe(kept.replace(/[\t\n]/g, " "));
    }), { numRuns: 200 });
  });
});

describe("refusing", () => {
  test.each([
    ["a DOCTYPE", '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY e "x">]><a>&e;</a>'],
    ["a DOCTYPE in lower case", "<!doctype a><a/>"],
    ["an unfinished DOCTYPE", `<!DOCTYPE a [${" ".repeat(100)}`],
    ["an entity of HTML", dav("&nbsp;")],
    ["a lone &", dav("a & b")],
    ["an endless reference", dav(`&${"a".repeat(100)}`)],
    ["an undeclared prefix", "<D:a/>"],
    ["an undeclared prefix of an attribute", '<a x:b="1"/>'],
    ["a prefix out of its element", dav('<x:a xmlns:x="u"/><x:b/>')],
    ["a prefix bound to nothing", '<a xmlns:x=""/>'],
    ["crossed tags", dav("<D:a><D:b></D:a></D:b>")],
    ["an end tag too many", `${dav("")}</D:multistatus>`],
    ["a second document element", `${dav("")}<a/>`],
    ["text after the end", `${dav("")}garbage`],
    ["CDATA after the end", `${dav("")}<![CDATA[x]]>`],
    ["an attribute twice", '<a b="1" b="2"/>'],
    ["an attribute twice by namespace", '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>'],
    ["an attribute without quotes", "<a b=1/>"],
    ["an attribute without a value", "<a b/>"],
    ["< in an attribute", '<a b="<"/>'],
    ["a tag without a name", "<a>< ></ ></a>"],
    ["two colons", '<a:b:c xmlns:a="u"/>'],
    ["a declaration inside", "<a><!ELEMENT a ANY></a>"],
  ])("%s", async (_what, text) => {
    for (const size of [1, 3, 65_536]) expect(await codeFor(text, {}, size)).toBe("answer-invalid");
  });

  test.each(["<!DOCTYPE html><html></html>", "\n <!doctype HTML PUBLIC '-//W3C//DTD'>", "<html><body>Sign in</body></html>",
    '<HTML lang="en">', '{"error":1}',
    "Not found", '<html xmlns="http://www.w3.org/1999/xhtml"><head/></html>'])("a web page: %s", async (text) => {
    for (const size of [1, 65_536]) expect(await codeFor(text, {}, size)).toBe("not-calendar-data");
  });

  test("every prefix of a document is incomplete, never shorter", async () => {
    const end = sample.indexOf("</multistatus>") + "</multistatus>".length;
    for (let length = 0; length < end; length++) expect(await codeFor(sample.slice(0, length)),
      `first ${length}`).toBe("response-incomplete");
    expect(await codeFor(sample.slice(0, end))).toBe("no error");
    expect(await codeFor(`${sample.slice(0, end)}<!-- open`)).toBe("response-incomplete");
  });

  test("limits: exactly at each is fine, one more is not", async () => {
    const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
    const attributes = (count: number): string => `<a ${Array.from({ length: count }, (_, i) => `x${i}="1"`).join(" ")}/>`;
    const cases: [string, string, Partial<XmlLimits>][] = [
      [nested(100), nested(101), {}],
      [attributes(256), attributes(257), {}],
      ["<a><b>1234</b><b>1234</b></a>", "<a><b>12345</b></a>", { text: 4 }],
      [`<a>${"<b><c/></b>".repeat(9)}</a>`, "<a><b><c/><c/></b></a>", { nodes: 2 }],
      ["<a><b/><b/></a>", "<a><b/><b/><b/></a>", { totalNodes: 3 }],
      ["<a><b>&lt;&#65;</b><b>&lt;&lt;</b></a>", "<a><b>&lt;&lt;&lt;</b></a>", { references: 2 }],
      [`<a b="${"x".repeat(90)}"/>`, `<a b="${"x".repeat(100)}"/>`, { tagLength: 100 }],
    ];
    for (const [fits, over, limits] of cases) {
      expect(await codeFor(fits, limits)).toBe("no error");
      expect(await codeFor(over, limits, 5)).toBe("answer-invalid");
    }
  });

  test("200,000 nested elements, 200,000 attributes and a tag that never ends cost little", async () => {
    const started = cpuMs();
    expect(await codeFor("<a>".repeat(200_000))).toBe("answer-invalid");
    expect(await codeFor(`<a${Array.from({ length: 200_000 }, (_, i) => ` x${i}="1"`).join("")}/>`)).toBe("answer-invalid");
    expect(await codeFor(`<a b="${"x".repeat(5_000_000)}`)).toBe("answer-invalid");
    expect(await codeFor(`<a b="${"x".repeat(60_000)}`, {}, 3)).toBe("response-incomplete");
    expect(cpuMs() - started).toBeLessThan(3_000);
  });

  test("time grows with the length, not with its square", async () => {
    const time = async (count: number): Promise<number> => {
      const text = dav(`<D:response><D:href>${"&amp;x".repeat(count)}</D:href></D:response><!--${"-".repeat(count)} -->`.repeat(4));
      const started = cpuMs();
      await tree(text);
      return cpuMs() - started;
    };
    await time(20_000);
    const once = Math.min(await time(40_000), await time(40_000));
    const fourfold = Math.min(await time(160_000), await time(160_000), await time(160_000));
    expect(fourfold).toBeLessThan(once * 10 + 50);
  });

  test.skipIf(entries.length === 0).each(entries)("$id", async (entry) => {
    const code = await codeFor(expand(entry.replies[0]?.body));
    expect(code).toBe(entry.id === "caldav-xml-proto-element" ? "no error" : "answer-invalid");
  });
});
