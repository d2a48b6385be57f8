import tseslint from "typescript-eslint";

// House rules that a linter can check. Only syntax is looked at, except for floating promises, which need types.

/** What code in the packages' src folders must take from a port instead. */
const ports = {
  clock: "Take the time from the Clock port.",
  random: "Take chance from the Random port.",
  transport: "Take the network from the Transport port.",
  settings: "Take settings as options; only packages/kalends/src/platform reads the environment.",
};

const timers = ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"];

const bannedGlobals = [
  ...timers.map((name) => ({ name, message: ports.clock })),
  { name: "performance", message: ports.clock },
  ...["fetch", "XMLHttpRequest", "WebSocket", "EventSource"].map((name) => ({ name, message: ports.transport })),
  { name: "crypto", message: ports.random },
];

const bannedProperties = [
  { object: "Date", property: "now", message: ports.clock },
  { object: "Math", property: "random", message: ports.random },
  { object: "process", property: "env", message: ports.settings },
  { object: "process", property: "hrtime", message: ports.clock },
  { object: "process", property: "uptime", message: ports.clock },
  { object: "Temporal", property: "Now", message: ports.clock },
  { object: "AbortSignal", property: "timeout", message: ports.clock },
  ...["globalThis", "global"].flatMap((object) => [
    ...timers.map((property) => ({ object, property, message: ports.clock })),
    { object, property: "fetch", message: ports.transport },
    { object, property: "performance", message: ports.clock },
    { object, property: "crypto", message: ports.random },
  ]),
  ...["crypto", "webcrypto"].flatMap((object) =>
    ["randomUUID", "getRandomValues", "randomBytes", "randomInt", "randomFill", "randomFillSync"].map((property) => ({
      object,
      property,
      message: ports.random,
    })),
  ),
];

const bannedSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: `new Date() reads the machine's clock. ${ports.clock}` },
  { selector: "CallExpression[callee.name='Date']", message: `Date() reads the machine's clock. ${ports.clock}` },
  {
    selector: "CallExpression[callee.property.name=/^(toLocaleString|toLocaleDateString|toLocaleTimeString|getTimezoneOffset)$/]",
    message: "This depends on the machine's locale and zone. Use Intl with both named.",
  },
];

const bannedImports = {
  paths: [
    ...["node:timers", "timers", "node:timers/promises", "timers/promises", "node:perf_hooks", "perf_hooks"].map((name) => ({
      name,
      message: ports.clock,
    })),
    ...["node:crypto", "crypto"].map((name) => ({
      name,
      importNames: ["randomBytes", "randomUUID", "randomInt", "randomFill", "randomFillSync", "getRandomValues", "webcrypto"],
      message: ports.random,
    })),
    ...["node:process", "process"].map((name) => ({ name, importNames: ["env", "default", "hrtime"], message: ports.settings })),
  ],
  patterns: [{ group: ["@noble/*"], importNamePattern: "^randomBytes$", message: ports.random }],
};

/** Files, lines and functions of a size that a reader can hold. A larger one is a design question. */
const sizes = {
  "max-lines": ["error", { max: 400 }],
  "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
};

const strictness = {
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-var": "error",
  "prefer-const": "error",
  "no-eval": "error",
  "no-new-func": "error",
  "no-implied-eval": "error",
  "no-debugger": "error",
  "no-unreachable": "error",
  "no-unsafe-finally": "error",
  "no-self-compare": "error",
  "no-template-curly-in-string": "error",
  "require-yield": "error",
  "use-isnan": "error",
  "valid-typeof": "error",
  "no-dupe-keys": "error",
  "no-duplicate-case": "error",
  "no-empty": ["error", { allowEmptyCatch: false }],
  "no-extend-native": "error",
  "no-proto": "error",
  "no-misleading-character-class": "error",
  "no-async-promise-executor": "error",
  "no-cond-assign": "error",
  "no-loss-of-precision": "error",
  "no-sparse-arrays": "error",
  "no-useless-catch": "error",
  "no-unused-labels": "error",
  "no-unused-expressions": "error",
  "no-throw-literal": "error",
};

const typescript = {
  "@typescript-eslint/no-explicit-any": "error",
  "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports", disallowTypeAnnotations: false }],
  "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
  "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description", minimumDescriptionLength: 10 }],
  "@typescript-eslint/no-namespace": "error",
  "@typescript-eslint/no-require-imports": "error",
};

const everyTypeScript = ["packages/*/{src,test}/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts", "docs/**/*.ts", "*.ts"];

export default tseslint.config(
  { ignores: ["**/node_modules/**", "**/dist/**", "**/.tmp/**", "**/public/**", "coverage/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "warn" } },
  {
    files: everyTypeScript,
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: { ...strictness, ...typescript, "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }] },
  },
  { files: ["**/*.{js,mjs}"], rules: strictness },
  { files: ["packages/*/src/**/*.ts", "scripts/**/*.{ts,mjs}"], rules: sizes },
  // Vitest's describe and fast-check's bodies are lists of cases, not functions that somebody has to follow.
  { files: ["**/test/**/*.ts", "examples/**/*.ts", "bench/**/*.ts"], rules: { "max-lines": sizes["max-lines"] } },
  {
    files: ["packages/*/src/**/*.ts"],
    // The real clock, chance and settings live in platform; testing holds the fakes and starts real servers.
    ignores: ["packages/kalends/src/platform/**", "packages/testing/**"],
    rules: {
      "no-restricted-globals": ["error", ...bannedGlobals],
      "no-restricted-properties": ["error", ...bannedProperties],
      "no-restricted-syntax": ["error", ...bannedSyntax],
      "no-restricted-imports": ["error", bannedImports],
    },
  },
);
