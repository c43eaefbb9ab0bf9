/** What a program that ended by itself said was wrong, among the lines that it wrote. */

/** As pino numbers them: error, and fatal above it. */
const ERROR_LEVEL = 50;
/** "TypeError: …", "Error [ERR_X]: …", "FATAL ERROR: …" of Node itself, and the last word of a command. */
const ERROR_TEXT = /^(?:[\w ]*(?:Error|ERROR)(?: \[\w+\])?|agon): ./;

/** @returns the newest of the lines that tells of an error, in words; null when none does */
export function lastError(lines: readonly string[]): string | null {
  for (const line of lines.toReversed()) {
    const words = readError(line);
    if (words !== null) return words;
  }
  return null;
}

function readError(line: string): string | null {
  if (!line.startsWith("{")) return ERROR_TEXT.test(line) ? line.replace(/^agon: /, "") : null;
  try {
    const { level, msg, why, error }: Record<string, unknown> = JSON.parse(line);
    if (typeof level !== "number" || level < ERROR_LEVEL || typeof msg !== "string") return null;
    const cause = [why, error].find((text) => typeof text === "string");
    // Some have a stack below their first line.
    return cause === undefined ? msg : `${msg} (${cause.split("\n", 1)[0]})`;
  } catch {
    return null;
  }
}
