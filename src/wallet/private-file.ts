/** Files for their owner's eyes, replaced whole or not at all. */
import { constants } from "node:fs";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { OperationError, type Random, toHex } from "#base";

/** @throws OperationError `keystore-missing` or `keystore-unreadable` */
export async function readPrivateFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") throw new OperationError("keystore-missing", `there is no keystore ${path}`);
    throw new OperationError("keystore-unreadable", `the keystore ${path} cannot be read`, { cause });
  }
}

/** Durable when it resolves. @throws OperationError `keystore-exists` or `keystore-unwritable` */
export async function createPrivateFile(path: string, text: string, random: Random): Promise<void> {
  // Unlike renaming, linking does not replace what is there.
  await writeBeside(path, text, random, async (temporary) => {
    await link(temporary, path);
    await unlink(temporary);
  });
}

/** Durable when it resolves; a crash leaves the old file or the new one. @throws OperationError `keystore-unwritable` */
export async function replacePrivateFile(path: string, text: string, random: Random): Promise<void> {
  await writeBeside(path, text, random, (temporary) => rename(temporary, path));
}

async function writeBeside(
  path: string,
  text: string,
  random: Random,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${toHex(random.bytes(6))}.tmp`;
  try {
    await using file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    await file.writeFile(text);
    await file.sync();
    await place(temporary);
    await using folder = await open(dirname(path), constants.O_RDONLY);
    await folder.sync();
  } catch (cause) {
    await unlink(temporary).catch(() => {});
    if (codeOf(cause) === "EEXIST") throw new OperationError("keystore-exists", `${path} exists already`);
    throw new OperationError("keystore-unwritable", `the keystore ${path} cannot be written`, { cause });
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
