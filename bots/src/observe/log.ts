import { destination, pino } from "pino";

import { redact } from "./redact.ts";

/** What the rest of the daemon logs to: facts first, then one sentence. */
export interface Log {
  debug(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}

const STANDARD_ERROR = 2;

/** JSON lines on standard error, so that standard output stays free for the ready line. */
export function openLog(level: "debug" | "info" | "warn" | "error"): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (facts) => redact(facts) as Record<string, unknown>,
      },
      serializers: { err: (error: unknown) => error, error: (error: unknown) => error },
    },
    destination({ dest: STANDARD_ERROR, sync: true }),
  );
}
