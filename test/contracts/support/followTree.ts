import { afterAll } from "vitest";

import { expectItsTree } from "./tree.ts";

// Runs with every file of these tests.
// oxlint-disable-next-line no-empty-pattern -- vitest reads the first parameter's names out of the source
afterAll(({}, suite) => expectItsTree(suite));
