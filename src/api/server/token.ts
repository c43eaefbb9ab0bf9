/** The bearer token: a file that only its owner may read. */
import { createHash, timingSafeEqual } from "node:crypto";
import { chmod, open, readFile, stat } from "node:fs/promises";
import { OperationError, type Random, toHex } from "#base";

const TOKEN_BYTES = 32;

/**
 * Reads the token, or makes one (64 hex digits, mode 0600) when there is no file. A file that others may read is closed to them.
 * @throws OperationError when the file cannot be read or made, or holds no token
 */
export async function loadToken(file: string, random: Random): Promise<string> {
  const made = toHex(random.bytes(TOKEN_BYTES));
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(`${made}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return made;
  } catch (cause) {
    if (!isExisting(cause))
      throw new OperationError("token-unwritable", `the token file ${file} cannot be made`, { cause });
  }
  return readToken(file);
}

async function readToken(file: string): Promise<string> {
  let text: string;
  try {
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
    text = (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new OperationError("token-unreadable", `the token file ${file} cannot be read`, { cause });
  }
  if (text.length < 16) throw new OperationError("token-broken", `the token file ${file} holds no token; delete it`);
  return text;
}

function isExisting(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}

/** Whether an `Authorization` header carries the token; the time it takes says nothing about either. */
export function createTokenCheck(token: string): (header: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const wanted = digest(token);
  return (header) => {
    const given = /^Bearer +(\S+)$/i.exec(header ?? "");
    return given !== null && timingSafeEqual(digest(given[1]!), wanted);
  };
}
