import fc from "fast-check";
import { expect, test } from "vitest";
import type { SealContext } from "@kalends/model";
import { AssociatedData } from "../src/associated-data.ts";
import { contextBytes } from "../src/context-bytes.ts";

const name = fc.oneof(fc.constantFrom("", "a", "b", "title", "content"), fc.string({ unit: "binary", maxLength: 6 }));
const context = fc.record(
  { organizationId: name, accountId: name, table: name, row: name, column: name, purpose: name, generation: fc.nat(3) },
  { requiredKeys: ["organizationId", "table", "row", "column", "purpose", "generation"] },
) as fc.Arbitrary<SealContext>;

test("what is kept ready gives the same bytes as a context written anew, whatever came before it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), fc.array(context, { maxLength: 30 }), (head, contexts) => {
      const kept = new AssociatedData(head);
      for (const one of [...contexts, ...contexts]) expect(Buffer.from(kept.of(one)).equals(Buffer.from(contextBytes(head, one)))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a generation that is no whole number is refused, whatever is kept", () => {
  const kept = new AssociatedData(Uint8Array.of(1));
  const good: SealContext = { organizationId: "o", table: "t", row: "r", column: "c", purpose: "p", generation: 0 };
  kept.of(good);
  for (const generation of [-1, 0.5, Number.NaN]) expect(() => kept.of({ ...good, generation })).toThrow(/generation/);
});
