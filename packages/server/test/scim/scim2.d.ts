// The library brings no types of its own; these are what the test uses of it.
declare module "@braveulysses/scim2" {
  export const Constants: { SCIM_MEDIA_TYPE: string };
  export class Resource {
    constructor(json: unknown);
    id(): string;
    schemas(): string[];
    meta(): object;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    get(path: string): any;
  }
}

declare module "@braveulysses/scim2/dist/Patch.js" {
  const Patch: {
    patchRequest(...operations: object[]): object;
    addOperation(path: string, value: unknown): object;
    replaceOperation(path: string | undefined, value: unknown): object;
  };
  export default Patch;
}
