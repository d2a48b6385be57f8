// Which room may touch which: ARCHITECTURE.md section 2 as data. A new package gets a line here before it gets a file.

/** What the sources of each package may import: packages of this workspace, and modules from the registry. */
const rooms = {
  model: { own: [], npm: ["zod"] },
  ical: { own: ["model"], npm: ["rrule", "ical.js"] },
  availability: { own: ["model"], npm: ["luxon"] },
  retention: { own: ["model"], npm: ["zod"] },
  vault: { own: ["model"], npm: ["@noble/ciphers", "@noble/hashes"] },
  transport: { own: ["model"], npm: ["undici"] },
  core: { own: ["model", "ical", "availability", "retention"], npm: [] },
  "provider-google": { own: ["model", "ical", "transport"], npm: [] },
  "provider-microsoft": { own: ["model", "ical", "transport"], npm: [] },
  "provider-exchange": { own: ["model", "ical", "transport"], npm: [] },
  "provider-caldav": { own: ["model", "ical", "transport"], npm: [] },
  "provider-feed": { own: ["model", "ical", "transport"], npm: [] },
  "store-sql": { own: ["model"], npm: ["kysely"] },
  "store-sqlite": { own: ["model", "store-sql"], npm: ["kysely"] },
  "store-postgres": { own: ["model", "store-sql"], npm: ["kysely", "pg"] },
  "queue-pg-boss": { own: ["model"], npm: ["pg-boss"] },
  server: { own: ["model", "core"], npm: ["scimmy"] },
  invites: { own: ["model", "ical"], npm: ["nodemailer", "postal-mime"] },
  sandbox: { own: ["model", "ical"], npm: [] },
  testing: { own: ["model"], npm: ["vitest", "pg"] },
  simulator: { own: ["model", "ical", "availability", "retention", "core", "store-sql", "store-sqlite", "vault", "sandbox", "testing"], npm: [] },
  kalends: {
    own: [
      ...["model", "ical", "availability", "retention", "vault", "transport", "core", "server", "invites", "sandbox"],
      ...["provider-google", "provider-microsoft", "provider-exchange", "provider-caldav", "provider-feed", "store-sql", "store-sqlite", "store-postgres"],
    ],
    npm: ["commander", "zod"],
    // The demo shows the example's own page; it is bundled into the published package.
    also: ["^examples/free-busy-web/src/server\\.ts$"],
  },
};

/** Packages without side effects: no Node module at all. */
const pure = ["model", "ical", "availability", "retention"];

/** Packages that may open sockets or listen: the guarded client, and servers for demos and tests. */
const networked = ["transport", "sandbox", "testing", "kalends"];

const oneOf = (names) => `(?:${names.map((name) => name.replace(/[.]/g, "\\.")).join("|")})`;

const roomRules = Object.entries(rooms).flatMap(([name, { own, npm, also = [] }]) => [
  {
    name: `room-${name}`,
    comment: `${name} may import ${own.join(", ") || "no other package"} and nothing else of this workspace (.dependency-cruiser.mjs, rooms).`,
    severity: "error",
    from: { path: `^packages/${name}/src/` },
    to: { path: "^(?:packages|examples|bench|scripts|docs)/", pathNot: [`^packages/${oneOf([name, ...own])}/src/`, ...also] },
  },
  {
    name: `modules-${name}`,
    comment: `${name} may import ${npm.join(", ") || "nothing"} from the registry (.dependency-cruiser.mjs, rooms).`,
    severity: "error",
    from: { path: `^packages/${name}/src/` },
    to: { path: "node_modules/", ...(npm.length > 0 ? { pathNot: `node_modules/${oneOf(npm)}/` } : {}) },
  },
]);

export default {
  forbidden: [
    ...roomRules,
    {
      name: "room-unknown",
      comment: "A package that .dependency-cruiser.mjs does not list. Give it a line in rooms.",
      severity: "error",
      from: { path: "^packages/", pathNot: `^packages/${oneOf(Object.keys(rooms))}/` },
      to: {},
    },
    {
      name: "pure-without-node",
      comment: "model, ical, availability and retention run anywhere: they import no Node module.",
      severity: "error",
      from: { path: `^packages/${oneOf(pure)}/src/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "network-through-transport",
      comment: "The transport is the only way out.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: `^packages/${oneOf(networked)}/src/` },
      to: { dependencyTypes: ["core"], path: "^(node:)?(http|https|http2|net|tls|dns|dgram)(/|$)" },
    },
    {
      name: "core-without-disk",
      comment: "core and the adapters speak to ports only: no files, no processes.",
      severity: "error",
      from: { path: "^packages/(core|provider-[^/]+|server|invites)/src/" },
      to: { dependencyTypes: ["core"], path: "^(node:)?(fs|child_process|cluster|worker_threads|sqlite|os|process)(/|$)" },
    },
    {
      name: "not-past-the-index",
      comment: "Other packages are reached by their index only.",
      severity: "error",
      from: { path: "^(?:packages|examples)/([^/]+)/" },
      to: {
        path: "^(?:packages|examples)/[^/]+/",
        pathNot: ["^(?:packages|examples)/$1/", "^packages/[^/]+/src/index\\.ts$", "^examples/free-busy-web/src/server\\.ts$"],
      },
    },
    {
      name: "from-outside-by-index",
      comment: "Measurements, scripts and documents use what users can use.",
      severity: "error",
      from: { path: "^(?:bench|scripts|docs)/" },
      to: { path: "^packages/[^/]+/", pathNot: "^packages/[^/]+/src/index\\.ts$" },
    },
    {
      name: "sources-without-tests",
      comment: "Published code imports no test, and no tool that only development has.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "/test/" },
    },
    {
      name: "no-cycles",
      comment: "No cycles, type imports included.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "listed-in-the-manifest",
      comment: "What a package imports stands in its own package.json; sources need it as a dependency, not for development only.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"], dependencyTypesNot: ["type-only", "npm-peer"], pathNot: "^examples/" },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules/", "/dist/"] },
    exclude: { path: ["/dist/", "/public/", "/\\.tmp/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["node", "import", "types", "default"],
      extensions: [".ts", ".js", ".mjs", ".json"],
    },
  },
};
