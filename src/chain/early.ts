/** Blocks whose time has not come yet: each goes on when it has. Bounded in number, bytes and waiting; the oldest go first. */
import { type BlockId, BoundedMap, type Cancel, type Clock, toHex } from "#base";
import { bodyBytesOf, type Candidate } from "./candidate.ts";

const MAX_EARLY = 64;
/** A clock may be wrong by a time zone; what lies further ahead is not worth the memory. */
const MAX_WAIT_MS = 24 * 3_600_000;

interface Early {
  readonly cancel: Cancel;
  readonly sizeBytes: number;
}

export interface EarlyPool {
  readonly size: number;
  add(id: BlockId, candidate: Candidate, untilMs: number): void;
  clear(): void;
}

/** @param onDue is given each block when its time has come */
export function createEarlyPool(maxBytes: number, clock: Clock, onDue: (candidate: Candidate) => void): EarlyPool {
  let bytes = 0;
  const letGo = (_name: string, { cancel, sizeBytes }: Early): void => {
    cancel();
    bytes -= sizeBytes;
  };
  const pool = new BoundedMap<string, Early>(MAX_EARLY, letGo);
  const remove = (name: string): void => {
    const early = pool.get(name);
    if (early !== undefined && pool.delete(name)) letGo(name, early);
  };
  return {
    get size() {
      return pool.size;
    },
    add(id, candidate, untilMs) {
      const name = toHex(id);
      const waitMs = untilMs - clock.nowMs();
      const sizeBytes = bodyBytesOf(candidate);
      if (pool.has(name) || waitMs > MAX_WAIT_MS || sizeBytes > maxBytes) return;
      for (const [oldest] of pool) {
        if (bytes + sizeBytes <= maxBytes) break;
        remove(oldest);
      }
      const cancel = clock.after(waitMs, () => {
        remove(name);
        onDue(candidate);
      });
      bytes += sizeBytes;
      pool.set(name, { cancel, sizeBytes });
    },
    clear() {
      for (const [name] of [...pool]) remove(name);
    },
  };
}
