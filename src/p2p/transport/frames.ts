/**
 * Length-prefixed messages on a libp2p stream (rule of the wire: an unsigned LEB128 length of at most five bytes, then
 * that many bytes). A length is refused as soon as it is read, and nothing is allocated for bytes that have not come.
 */

import type { Stream } from "@libp2p/interface";
import { byteStream } from "@libp2p/utils";
import { concatBytes } from "#base";

const MAX_PREFIX_BYTES = 5;
/** What may have arrived behind the frame being read; the stream is reset beyond it. */
const READ_AHEAD_BYTES = 1 << 20;
/** Below this a copy is cheaper than a second write. */
export const JOIN_BELOW_BYTES = 64 * 1024;

/** `end` is a clean close by the other side; anything else that stops the flow is thrown. */
export type Frame = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "end" };

export class FrameTooLong extends Error {
  override readonly name = "FrameTooLong";
}

export interface FrameStream {
  /** @throws FrameTooLong before any of the frame's bytes is taken */
  read(maxBytes: number, signal: AbortSignal): Promise<Frame>;
  /** Resolves when the stream has room for more. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** The same with many, small ones in one piece. */
  writeAll(list: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
}

/** `maxTotalBytes` bounds what is read over the whole life of the stream. */
export function createFrameStream(stream: Stream, maxTotalBytes: number): FrameStream {
  const bytes = byteStream(stream, { maxBufferSize: maxTotalBytes + READ_AHEAD_BYTES });
  // A lost connection looks like an end as well; only this event is the other side's own doing.
  let ended = stream.remoteWriteStatus === "closed";
  stream.addEventListener("remoteCloseWrite", () => {
    ended = true;
  });

  const readByte = async (signal: AbortSignal): Promise<number> => (await bytes.read({ bytes: 1, signal })).get(0);

  const readLength = async (signal: AbortSignal): Promise<number | null> => {
    let length = 0;
    for (let i = 0; i < MAX_PREFIX_BYTES; i++) {
      let byte: number;
      try {
        byte = await readByte(signal);
      } catch (error) {
        if (i === 0 && ended && (error as Error).name === "UnexpectedEOFError") return null;
        throw error;
      }
      length += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return length;
    }
    throw new FrameTooLong("a length of more than five bytes");
  };

  const write = async (frame: Uint8Array, signal: AbortSignal): Promise<void> => {
    const prefix = encodeLength(frame.length);
    if (frame.length < JOIN_BELOW_BYTES) return bytes.write(concatBytes(prefix, frame), { signal });
    stream.send(prefix);
    await bytes.write(frame, { signal });
  };

  return {
    async read(maxBytes, signal) {
      const length = await readLength(signal);
      if (length === null) return { kind: "end" };
      if (length > maxBytes) throw new FrameTooLong(`${length} bytes where ${maxBytes} are allowed`);
      const body = await bytes.read({ bytes: length, signal });
      return { kind: "bytes", bytes: plainBytes(body.subarray()) };
    },
    write,
    async writeAll(list, signal) {
      let small: Uint8Array[] = [];
      const flush = async (): Promise<void> => {
        if (small.length > 0) await bytes.write(concatBytes(...small), { signal });
        small = [];
      };
      for (const frame of list) {
        if (frame.length < JOIN_BELOW_BYTES) {
          small.push(encodeLength(frame.length), frame);
          continue;
        }
        await flush();
        await write(frame, signal);
      }
      await flush();
    },
  };
}

/** What comes off a socket is often a `Buffer`, whose `slice` shares memory and whose `toString` is another. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function encodeLength(length: number): Uint8Array {
  const out: number[] = [];
  let rest = length;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
