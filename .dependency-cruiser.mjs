/** Who may import whom: the tree in docs and README, as rules. */

const PURE = "^sdk/src/(protocol|crypto)/";
const OURS = "^((sdk|cli|bots|web)/(src|bin)|test|bench|scripts)/";
const STORE_INTERFACE = "^sdk/src/content/store\\.ts$";
const TEST = "\\.test\\.ts$|/testing/";

/** npm packages that compute and do nothing else. */
const PURE_PACKAGES = [
  "ethers",
  "zod",
  "multiformats",
  "tweetnacl",
  "shamir-secret-sharing",
  "@noble/hashes",
  "@noble/curves",
];

const packages = (names) => `node_modules/(${names.join("|")})/`;

const noSibling = (name, others) => ({
  name: `${name}-alone`,
  comment: `${name} knows nothing of ${others.join(" and ")}: only release composes them.`,
  severity: "error",
  from: { path: `^sdk/src/${name}/`, pathNot: TEST },
  to: { path: `^sdk/src/(${[...others, "release"].join("|")})/` },
});

export default {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "pure-imports-pure",
      comment: "protocol and crypto import only each other, inside the SDK.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { path: OURS, pathNot: PURE },
    },
    {
      name: "pure-does-no-io",
      comment:
        "protocol and crypto run anywhere: no Node modules, no packages that touch the network or the disk.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypesNot: ["local"], pathNot: packages(PURE_PACKAGES) },
    },
    {
      name: "archive-imports-pure",
      comment: "archive builds on protocol and crypto; of the store it knows the interface.",
      severity: "error",
      from: { path: "^sdk/src/archive/", pathNot: TEST },
      to: { path: OURS, pathNot: ["^sdk/src/(archive|protocol|crypto)/", STORE_INTERFACE] },
    },
    {
      name: "archive-imports-store-as-type",
      severity: "error",
      from: { path: "^sdk/src/archive/", pathNot: TEST },
      to: { path: STORE_INTERFACE, dependencyTypesNot: ["type-only"] },
    },
    noSibling("content", ["chain", "solicit"]),
    noSibling("chain", ["content", "solicit"]),
    noSibling("solicit", ["content", "chain"]),
    {
      name: "sdk-imports-no-program",
      severity: "error",
      from: { path: "^sdk/src/", pathNot: TEST },
      to: { path: "^(cli|bots|web|test|bench|scripts)/" },
    },
    {
      name: "programs-apart",
      comment:
        "cli, bots and web share code through the SDK. The cli starts the keyholder as a process of its own.",
      severity: "error",
      from: { path: "^(cli|bots|web)/src/" },
      to: { path: "^(cli|bots|web)/", pathNot: "^$1/" },
    },
    {
      name: "no-path-across-packages",
      comment: "A workspace is imported by its name, so that its exports are its only door.",
      severity: "error",
      from: { path: "^(sdk|cli|bots|web)/" },
      to: { path: "^(sdk|cli|bots|web)/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "sources-import-no-tests",
      severity: "error",
      from: { path: "^(sdk|cli|bots|web)/src/", pathNot: TEST },
      to: { path: [TEST, "^test/"] },
    },
    {
      name: "content-for-browsers",
      comment: "What a page uses to fetch, make and keep archives reaches no module of Node.",
      severity: "error",
      from: {
        path: [
          "^sdk/src/content/(browserStore|gateways|remotePins|readCar|writeCar|importCar|memory)\\.ts$",
          "^sdk/src/(archive|release)/browser/",
        ],
        pathNot: TEST,
      },
      to: {
        path: "^(node:)?(fs|path|os|net|https?|child_process|worker_threads|stream|timers)(/|$)",
        reachable: true,
      },
    },
    {
      name: "keys-in-two-places",
      comment: "Only sdk/src/crypto and bots/src/vault touch the libraries that handle key material.",
      severity: "error",
      from: { path: "^(sdk|cli|bots|web)/src/", pathNot: ["^sdk/src/crypto/", "^bots/src/vault/", TEST] },
      to: { path: packages(["tweetnacl", "shamir-secret-sharing"]) },
    },
    {
      name: "no-undeclared-package",
      comment: "Every imported package is in the package.json next to the code.",
      severity: "error",
      from: { path: "^(sdk|cli|bots|web)/", pathNot: TEST },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "not-resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-package-in-sources",
      severity: "error",
      from: { path: "^(sdk|cli|bots|web)/src/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm"] },
    },
  ],
  options: {
    // TypeScript 7 has no parser that other programs can call.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["node", "import", "types", "default"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
