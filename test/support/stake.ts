/** Chains of stake for tests: a specification, signers, and memory for the tables. */
import { asSignature, type Hash, type Signature, toHex, utf8 } from "#base";
import type { Me, TableSource } from "#consensus";
import { ed25519PublicKey, ed25519Sign, taggedHash } from "#crypto";
import { type BlockOrders, type EpochTable, epochTableHash, type Outcome } from "#model";
import { builtInSpec, genesisTable, type StakeChainSpec } from "#spec";

/** The dev chain with other validators, whose keys are those of `signerOf`. */
export function stakeSpec(weights: readonly bigint[], change: Partial<StakeChainSpec["engine"]> = {}): StakeChainSpec {
  const dev = builtInSpec("pos-dev");
  const validators = weights.map((bondAtoms, index) => ({
    owner: `owner-${index}`,
    signingKey: toHex(signerOf(index).me.key),
    onionTip: toHex(new Uint8Array(32)),
    bondAtoms,
  }));
  return { ...dev, name: "stake", engine: { ...dev.engine, validators, ...change } };
}

export interface TestSigner {
  readonly me: Me;
  sign(message: Hash): Signature;
}

/** Reveals what no onion has, which only the ledger would notice. */
export function signerOf(index: number): TestSigner {
  const seed = taggedHash("agon/test-signer/v1", utf8(String(index)));
  return {
    me: {
      key: ed25519PublicKey(seed),
      reveal: (epoch) => taggedHash("agon/test-reveal/v1", seed, utf8(String(epoch))),
    },
    sign: (message) => asSignature(ed25519Sign(message, seed)),
  };
}

export interface TableMemory extends TableSource {
  /** Makes the same table at each epoch's step, unless told otherwise, or none where it must be kept and is not leaked. */
  execute(orders: BlockOrders | null, table?: EpochTable): readonly Outcome[];
}

export function tableMemory(spec: StakeChainSpec): TableMemory {
  const known = new Map<string, EpochTable>();
  return {
    load: (hash) => known.get(toHex(hash)) ?? null,
    execute(orders, table = genesisTable(spec.engine)) {
      if (orders === null || orders.step === null) return [];
      if (orders.step.keepsTable && !table.leaked) return [];
      const hash = epochTableHash(table);
      known.set(toHex(hash), table);
      return [{ kind: "epoch-table", hash, table }];
    },
  };
}
