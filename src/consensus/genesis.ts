/** The first header of a chain, which nobody seals (rule BLOCK-12). */
import { asAddress, asHash, type BlockId, type Hash } from "#base";
import { computeBodyRoot, EMPTY_BODY, HEADER_VERSION, type Header, sealHash } from "#model";
import type { ChainSpec } from "#spec";
import type { Engine } from "./engine.ts";

/** @param stateRoot of the state that holds the accounts of the specification and nothing else */
export function computeGenesis(
  parts: { readonly spec: ChainSpec; readonly chainId: Hash; readonly engine: Engine },
  stateRoot: Hash,
): { readonly header: Header; readonly id: BlockId } {
  const header: Header = {
    version: HEADER_VERSION,
    height: 0,
    parent: asHash(new Uint8Array(32)),
    timeMs: parts.spec.genesis.timeMs,
    bodyRoot: computeBodyRoot([], EMPTY_BODY.votes),
    stateRoot,
    proposer: asAddress(new Uint8Array(20)),
    claim: parts.engine.genesisClaim(),
    seal: new Uint8Array(0),
  };
  return { header, id: sealHash(parts.chainId, header) };
}
