import { describeBlockSource } from "./testing/sourceSuite.ts";
import { describeContentStore } from "./testing/storeSuite.ts";
import { SOURCES, STORES } from "./testing/subjects.ts";

for (const [name, open] of Object.entries({ ...STORES, ...SOURCES })) describeBlockSource(name, open);
for (const [name, open] of Object.entries(STORES)) describeContentStore(name, open);
