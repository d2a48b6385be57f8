/** A schema of a discovery document (developers.google.com/discovery/v1/reference/apis). */
export interface DiscoverySchema {
  id?: string;
  type?: string;
  format?: string;
  $ref?: string;
  enum?: string[];
  minimum?: string;
  maximum?: string;
  pattern?: string;
  properties?: Record<string, DiscoverySchema>;
  additionalProperties?: DiscoverySchema;
  items?: DiscoverySchema;
  /** Methods in whose requests the field must stand. */
  annotations?: { required?: string[] };
}

export interface DiscoveryParameter extends DiscoverySchema {
  location?: string;
  required?: boolean;
  repeated?: boolean;
}

export interface DiscoveryMethod {
  id: string;
  path: string;
  httpMethod: string;
  parameters?: Record<string, DiscoveryParameter>;
  request?: { $ref: string };
  response?: { $ref: string };
}

export interface DiscoveryResource {
  methods?: Record<string, DiscoveryMethod>;
  resources?: Record<string, DiscoveryResource>;
}

/** The part of a discovery document that messages are checked with. */
export interface DiscoveryDocument {
  servicePath: string;
  parameters?: Record<string, DiscoveryParameter>;
  schemas: Record<string, DiscoverySchema>;
  resources: Record<string, DiscoveryResource>;
}

/** Every method of a document. */
export function methodsOf(document: DiscoveryDocument): DiscoveryMethod[] {
  const found: DiscoveryMethod[] = [];
  const visit = (resources: Record<string, DiscoveryResource> = {}): void => {
    for (const resource of Object.values(resources)) {
      found.push(...Object.values(resource.methods ?? {}));
      visit(resource.resources);
    }
  };
  visit(document.resources);
  return found;
}
