/** Shares for tests, as the Stratum server hands them over. */
import { type Address, asAddress, asHash, concatBytes, type Hash, type Random, readUint } from "#base";
import { compactToTarget, encodeCoinbase, targetToCompact, workOf } from "#consensus";
import { formatAddress, sha256d } from "#crypto";
import type { AcceptedShare, FoundBlock } from "../../share.ts";

export interface ShareMakerOptions {
  readonly prefix: string;
  readonly random: Random;
  /** About so many hashes find a block; the target is rounded to its compact form. */
  readonly blockWork: bigint;
  readonly rewardAtoms: bigint;
}

export interface ShareWish {
  readonly address: Address;
  readonly work: bigint;
  readonly timeMs: number;
  readonly height?: number;
  /** One of its own unless it is given. */
  readonly parent?: Hash;
  readonly worker?: string;
}

export interface ShareMaker {
  readonly blockWork: bigint;
  readonly bits: number;
  /** With bytes of the right form, and no work in them. */
  unworked(wish: ShareWish): AcceptedShare;
  /** With work that anybody can check; keep `work` small. */
  worked(wish: ShareWish): AcceptedShare;
}

export function createShareMaker({ prefix, random, blockWork, rewardAtoms }: ShareMakerOptions): ShareMaker {
  const bits = targetToCompact(2n ** 256n / blockWork - 1n);
  const exactWork = workOf(compactToTarget(bits)!);

  const make = (wish: ShareWish): AcceptedShare => {
    const { address, work, timeMs, height = 1, worker = "" } = wish;
    const parent = wish.parent ?? asHash(random.bytes(32));
    const sealHash = asHash(random.bytes(32));
    const extranonce = random.bytes(16);
    const header = new Uint8Array(80);
    header.set(parent, 4);
    header.set(sha256d(encodeCoinbase(height, sealHash, extranonce)), 36);
    const view = new DataView(header.buffer);
    view.setUint32(0, 0x20000000, true);
    view.setUint32(68, Math.floor(timeMs / 1_000), true);
    view.setUint32(72, bits, true);
    return {
      address: formatAddress(address, prefix),
      worker,
      work,
      blockWork: exactWork,
      rewardAtoms,
      jobId: "00000000",
      height,
      parent,
      header,
      extranonce,
      sealHash,
      hash: sha256d(header),
      timeMs,
      session: "0000000000000000",
    };
  };

  return {
    blockWork: exactWork,
    bits,
    unworked: make,
    worked(wish) {
      const share = make(wish);
      const view = new DataView(share.header.buffer);
      for (let nonce = 0; ; nonce++) {
        view.setUint32(76, nonce, true);
        const hash = sha256d(share.header);
        if (workOf(readUint(hash, 0, 32)) >= wish.work) return { ...share, hash };
      }
    },
  };
}

export function foundBlock(share: AcceptedShare): FoundBlock {
  const { height, parent, rewardAtoms } = share;
  return { share, id: share.hash, height, parent, rewardAtoms, feesAtoms: 0n };
}

export function testAddress(n: number): Address {
  return asAddress(concatBytes(new Uint8Array(18).fill(0xa0), new Uint8Array([n >> 8, n & 255])));
}
