import SCIMMY from "scimmy";
import { ScimRefusal } from "./scim-answer.ts";

interface Operation {
  op: string;
  path?: string;
  value?: unknown;
}

type Resource = InstanceType<typeof SCIMMY.Types.Schema>;
type PatchOp = InstanceType<typeof SCIMMY.Messages.PatchOp>;

const message = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const mostOperations = 1_000;
const filteredPath = /^(\w+)\[\s*(\w+)\s+eq\s+"([^"\\]*)"\s*\](?:\.(\w+))?$/i;
const booleans: readonly string[] = ["active", "primary"];

/**
 * Applies a PATCH (RFC 7644 section 3.5.2), with what identity providers send besides: `"True"` for `true`, an addition at a filter that
 * matches nothing yet, a manager given as plain text. Throws the library's errors and `ScimRefusal`.
 */
export async function applyScimPatch<S extends Resource>(source: S, request: unknown): Promise<S> {
  let current = source;
  for (const operation of readOperations(request)) {
    const patch: PatchOp = new SCIMMY.Messages.PatchOp({ schemas: [message], Operations: [tolerated(operation, current)] } as never);
    // Answers nothing where the operation changes nothing.
    current = ((await applied(patch, current)) as S | undefined) ?? current;
  }
  return current;
}

/** What a value does to the library, it does as a `TypeError`. */
async function applied(patch: PatchOp, resource: Resource): Promise<unknown> {
  try {
    return await patch.apply(resource as never);
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new ScimRefusal(400, "invalidValue", "A value does not fit its attribute");
    throw thrown;
  }
}

function readOperations(request: unknown): Operation[] {
  const { schemas, Operations: operations } = (typeof request === "object" && request !== null ? request : {}) as { schemas?: unknown; Operations?: unknown };
  if (!Array.isArray(schemas) || !schemas.includes(message)) throw new ScimRefusal(400, "invalidSyntax", `A PATCH names the schema ${message}`);
  if (!Array.isArray(operations) || operations.length === 0) throw new ScimRefusal(400, "invalidSyntax", "A PATCH has at least one operation");
  if (operations.length > mostOperations) throw new ScimRefusal(413, "tooMany", `A PATCH has at most ${mostOperations} operations`);
  for (const operation of operations) {
    const { op, path } = (typeof operation === "object" && operation !== null ? operation : {}) as Partial<Operation>;
    if (typeof op !== "string" || (path !== undefined && typeof path !== "string")) throw new ScimRefusal(400, "invalidSyntax", "An operation is not well-formed");
  }
  return operations as Operation[];
}

function tolerated(operation: Operation, current: Resource): Operation {
  const { op, path, value } = operation;
  if (op.toLowerCase() === "remove") return operation;
  if (path !== undefined && value === undefined && op.toLowerCase() === "replace") return { op: "remove", path };
  if (path === undefined && (typeof value !== "object" || Array.isArray(value))) throw new ScimRefusal(400, "invalidValue", "Without a path, the value is an object");
  if (path === undefined) return { op, value: typeof value === "object" && value !== null ? spread(value) : value };
  const leaf = path.split(/[.:]/).at(-1) ?? "";
  const plain = readValue(leaf, value);
  if (leaf === "manager" && typeof plain === "string") return { op, path, value: { value: plain } };
  return additionAt(path, plain, current) ?? { op, path, value: plain };
}

/** `{ "active": "False" }`, at any depth. */
function spread(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, readValue(name.split(".").at(-1) ?? name, part)]));
}

function readValue(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => (typeof part === "object" && part !== null ? spread(part) : part));
  if (booleans.includes(name) && typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value;
}

/** `emails[type eq "work"].value` where there is no such address yet means: add one. */
function additionAt(path: string, value: unknown, current: Resource): Operation | null {
  const match = filteredPath.exec(path);
  if (match === null) return null;
  const [, list = "", key = "", text = "", leaf] = match;
  if (list.toLowerCase() === "members") return null;
  const parts = (current as unknown as Record<string, unknown>)[list];
  const same = (part: unknown): boolean => String((part as Record<string, unknown>)[key] ?? "").toLowerCase() === text.toLowerCase();
  if (Array.isArray(parts) && parts.some(same)) return null;
  const added = leaf === undefined && typeof value === "object" && value !== null ? value : { [leaf ?? "value"]: value };
  return { op: "add", path: list, value: [{ [key]: text, ...added }] };
}
