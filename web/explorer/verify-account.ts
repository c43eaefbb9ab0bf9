/** Checks what a node says about an account, here in the browser, down to the work under the block (rules STATE-7, STATE-8). */

import type { AccountProof, Client } from "#api/contract";
import { asHash, equalBytes, fromHex, type Hash, readUint, toHex } from "#base";
import { engineFor } from "#consensus";
import { parseAddress } from "#crypto";
import { checkProof, type StateProof } from "#ledger";
import { decodeHeader, sealHash } from "#model";
import { type ChainSpec, chainIdOf, parseChainSpec } from "#spec";

export interface VerificationStep {
  readonly ok: boolean;
  readonly text: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly steps: readonly VerificationStep[];
  /** What the proof shows; null when the account is shown not to exist, or the proof is wrong. */
  readonly account: { readonly nonce: number; readonly balanceAtoms: bigint } | null;
}

/** Asks for the proof and for the chain's specification; believes neither. */
export async function fetchAndVerify(client: Client, address: string, chainId: string): Promise<Verification> {
  const [proof, spec] = await Promise.all([client.accountProof(address), client.chain()]);
  return verifyAccount(address, proof, spec, chainId);
}

/**
 * @param chainId the chain that the person means, in hex
 * @returns the steps in order, up to the first that fails
 */
export function verifyAccount(address: string, proof: AccountProof, specJson: unknown, chainId: string): Verification {
  const steps: VerificationStep[] = [];
  const step = (ok: boolean, right: string, wrong: string): boolean => {
    steps.push({ ok, text: ok ? right : wrong });
    return ok;
  };
  const failed = (): Verification => ({ ok: false, steps, account: null });

  const spec = parseChainSpec(specJson);
  const isChain = spec.ok && toHex(chainIdOf(spec.value)) === chainId;
  const named = step(isChain, "The chain's specification hashes to its id", "The specification is not this chain's");
  if (!spec.ok || !named) return failed();

  const header = decodeHeader(fromHex(proof.block.header) ?? new Uint8Array());
  if (!header.ok) {
    step(false, "", "The block's header cannot be read");
    return failed();
  }
  const sealed = checkHeader(spec.value, asHash(fromHex(chainId)!), header.value, proof.block.hash);
  if (!step(sealed === null, `Block ${header.value.height} has the id and the work it claims`, sealed ?? ""))
    return failed();

  const key = parseAddress(address, spec.value.addressPrefix);
  if (!step(key.ok, "The address is of this chain", "The address is not of this chain") || !key.ok) return failed();

  const checked = checkProof(header.value.stateRoot, "account", key.value, proofFrom(proof));
  const value = checked.ok ? checked.value : null;
  const found =
    value === null ? "Its state root shows that no such account exists" : "Its state root holds exactly this account";
  if (!step(checked.ok, found, "The proof does not lead to the block's state root")) return failed();
  return { ok: true, steps, account: value === null ? null : readAccount(value) };
}

type Header = Extract<ReturnType<typeof decodeHeader>, { ok: true }>["value"];

/** @returns null when the header is what its id says, otherwise what is wrong */
function checkHeader(spec: ChainSpec, chainId: Hash, header: Header, claimedId: string): string | null {
  if (header.height === 0)
    return toHex(sealHash(chainId, header)) === claimedId ? null : "The first block has another id";
  const engine = engineFor(spec, chainId);
  const parsed = engine.parse(header);
  if (!parsed.ok) return `The header is not one of this chain: ${parsed.error.code}`;
  if (!equalBytes(parsed.value.id, fromHex(claimedId) ?? new Uint8Array())) return "The block has another id";
  return engine.checkSeal(parsed.value).ok ? null : "The block does not carry the work it claims";
}

function proofFrom({ value, otherLeaf, siblings }: AccountProof): StateProof {
  const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
  return {
    siblings: siblings.map(bytes),
    end:
      value !== null
        ? { kind: "value", value: bytes(value) }
        : otherLeaf === null
          ? { kind: "empty" }
          : { kind: "other", path: bytes(otherLeaf.path), valueHash: bytes(otherLeaf.valueHash) },
  };
}

/** nonce u64 ‖ balance u64 */
function readAccount(value: Uint8Array): { readonly nonce: number; readonly balanceAtoms: bigint } {
  return { nonce: Number(readUint(value, 0, 8)), balanceAtoms: readUint(value, 8, 8) };
}
