import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalPath, hrefBase, leavesFolder, originOfHref, pathOfHref, samePath, wirePath } from "../src/href.ts";

describe("hrefs", () => {
  test.each([
    ["raw and escaped", "/c/a b.ics", "/c/a%20b.ics"],
    ["hex case", "/c/%c3%bc.ics", "/c/%C3%BC.ics"],
    ["raw and escaped beyond ASCII", "/c/ü.ics", "/c/%C3%BC.ics"],
    ["needless escapes", "/c/%61%2D.ics", "/c/a-.ics"],
    ["signs that some escape and some do not", "/c/a@b:(c),d.ics", "/c/a%40b%3A%28c%29%2Cd.ics"],
    ["a stray percent sign", "/c/100%.ics", "/c/100%25.ics"],
    ["a raw hash", "/c/a#b", "/c/a%23b"],
  ])("one key for %s", (_, left, right) => {
    expect(canonicalPath(left)).toBe(canonicalPath(right));
  });

  test("an escaped slash is no separator, and bytes that are no UTF-8 stay apart", () => {
    expect(canonicalPath("/c/a%2Fb")).toBe("/c/a%2Fb");
    expect(canonicalPath("/c/%E9")).not.toBe(canonicalPath("/c/%C3%A9"));
  });

  test("any name, in any spelling, has one key; the wire spelling has the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => !/[/%\p{Cs}]/u.test(name)), (name) => {
        const key = canonicalPath(`/c/${encodeURIComponent(name)}`);
        expect(canonicalPath(`/c/${name}`)).toBe(key);
        expect(canonicalPath(`/c/${encodeURIComponent(name).replace(/%../g, (pair) => pair.toLowerCase())}`)).toBe(key);
        expect(canonicalPath(wirePath(`/c/${name}`))).toBe(key);
        expect(canonicalPath(key)).toBe(key);
      }),
      { numRuns: 300 },
    );
  });

  test("the wire spelling leaves the server's own escapes alone and is a valid path", () => {
    expect(wirePath("/c/a%40b@c,d%c3.ics")).toBe("/c/a%40b@c,d%c3.ics");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (path) => {
        expect(wirePath(path)).toMatch(/^(?:%[0-9A-Fa-f]{2}|[\x21\x24-\x3b=@-Z\[\]_a-z~&])*$/);
      }),
      { numRuns: 300 },
    );
  });

  test("relative, absolute and host-relative hrefs resolve", () => {
    expect(pathOfHref("a%3Ab.ics", hrefBase("https://h/c/"))).toBe("/c/a%3Ab.ics");
    expect(pathOfHref("a:b.ics", hrefBase("https://h/c/"))).toBe("/c/a:b.ics");
    expect(pathOfHref("https://other:443/c/x", hrefBase("https://h/c/"))).toBe("/c/x");
    expect(pathOfHref("//other/c/x", hrefBase("https://h/c/"))).toBe("/c/x");
    expect(originOfHref("https://other:443/c/x", hrefBase("https://h/c/"))).toBe("https://other");
    expect(originOfHref("/c/x", hrefBase("https://h/c/"))).toBe("https://h");
  });

  test("names that lead out of the folder are seen", () => {
    expect(leavesFolder("/c/../b/x")).toBe(true);
    expect(leavesFolder("/c/%2e%2E/x")).toBe(true);
    expect(leavesFolder("/c/..%2fb%2fx")).toBe(true);
    expect(leavesFolder("/c/a%5C%2e%2e%5Cb")).toBe(true);
    expect(leavesFolder("/c/..x%2Fy..")).toBe(false);
    expect(leavesFolder("/c/..x")).toBe(false);
    expect(samePath("/c/", "/c")).toBe(true);
  });
});
