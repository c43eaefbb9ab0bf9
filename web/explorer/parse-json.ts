/**
 * Levels of lists and objects in each other. Anybody may put a record of 8,192 of them on a chain, which no page can show
 * indented: each level indents everything within it.
 */
const MAX_LEVELS = 128;

/** @returns undefined when it is no JSON, or too deep to be shown as such */
export function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Level by level: recursion is what such values break. */
function isTooDeep(value: unknown): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_LEVELS) return true;
    level = level.flatMap((nested) => Object.values(nested).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
