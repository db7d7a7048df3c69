import { reportMemory, say } from "./say.ts";

/* What the runtime itself takes. */
say({});
await reportMemory();
