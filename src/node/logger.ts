/** Logs as JSON lines on standard error. */
import { destination, type Logger as Pino, pino } from "pino";
import type { LogContext, Logger } from "#base";

export function createLogger(level: string): Logger {
  return wrap(
    pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: 2, sync: false })),
  );
}

function wrap(log: Pino): Logger {
  return {
    debug: (text, context) => log.debug(plain(context), text),
    info: (text, context) => log.info(plain(context), text),
    warn: (text, context) => log.warn(plain(context), text),
    error: (text, context) => log.error(plain(context), text),
    child: (part) => wrap(log.child({ part })),
  };
}

/** JSON has no bigint. */
function plain(context: LogContext = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]),
  );
}
