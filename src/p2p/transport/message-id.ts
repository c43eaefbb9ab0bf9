/** The id of a gossiped message: SHA-256 of its topic, a zero byte and its content, so that it depends on nobody's name. */

import { hash } from "node:crypto";
import { concatBytes, utf8 } from "#base";

const SEPARATOR = Uint8Array.of(0);

export function computeMessageId(topic: string, content: Uint8Array): Uint8Array {
  return hash("sha256", concatBytes(utf8(topic), SEPARATOR, content), "buffer");
}
