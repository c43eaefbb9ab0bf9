/** Where a part says what it did: constant text, flat context. */
export type LogContext = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>;

export interface Logger {
  debug(text: string, context?: LogContext): void;
  info(text: string, context?: LogContext): void;
  warn(text: string, context?: LogContext): void;
  error(text: string, context?: LogContext): void;
  child(part: string): Logger;
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
