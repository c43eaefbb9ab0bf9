/** Blocks to be for miners outside the node: kept until their time has run out, or newer ones take their place. */
import type { SealOutcome, WorkOrders, WorkTemplate } from "#api";
import { type Address, BoundedMap, type Clock, type Hash, OperationError, type Random, toHex } from "#base";
import { type Candidate, sealBlock, type UnsealedBlock } from "#chain";
import { compactToTarget, type SearchJob, workOf, workPartsOf } from "#consensus";
import { decodeBlock, encodeBlock, sealHash } from "#model";
import type { Core } from "./core.ts";

const REMEMBERED_TEMPLATES = 256;
const ID_BYTES = 16;

export interface WorkTemplatesParts {
  readonly core: Pick<Core, "chain" | "disk" | "draft" | "obstacle">;
  readonly chainId: Hash;
  readonly clock: Clock;
  readonly random: Random;
}

export function createWorkTemplates({ core, chainId, clock, random }: WorkTemplatesParts): WorkOrders {
  const { chain } = core;
  const made = new BoundedMap<string, UnsealedBlock>(REMEMBERED_TEMPLATES);

  const describe = (id: string, block: UnsealedBlock, job: SearchJob): WorkTemplate => {
    const { header, transactions, expiresMs } = block;
    const hash = sealHash(chainId, header);
    const { bits, ...parts } = workPartsOf(job, header.height, hash);
    const target = compactToTarget(bits)!;
    let feesAtoms = 0n;
    for (const item of transactions) feesAtoms += item.transaction.feeAtoms;
    const credits = chain.engine.rewards(header, chain.head.snapshot, feesAtoms);
    return {
      ...{ id, height: header.height, sealHash: hash, timeMs: header.timeMs, parts, feesAtoms, expiresMs },
      work: { bits, target, expectedHashes: workOf(target) },
      rewardAtoms: credits.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n),
      transactionCount: transactions.length,
    };
  };

  return {
    template(address: Address) {
      // Where blocks are drawn there is nothing to search, whatever the time.
      if (chain.engine.describe(chain.head.snapshot) === null) return null;
      const obstacle = core.obstacle();
      if (obstacle !== null) throw new OperationError("cannot-produce", obstacle);
      const draft = core.draft(address);
      if (draft.kind === "never") throw new OperationError("cannot-produce", draft.why);
      if (draft.kind === "later") throw new OperationError("cannot-produce", "the time of the next block has not come");
      const { job } = draft.block;
      if (job.kind !== "search") return null;
      // A block beside the last one may still win; older ones only hold memory.
      for (const [known, { header }] of made) if (header.height < chain.head.header.height) made.delete(known);
      const id = toHex(random.bytes(ID_BYTES));
      made.set(id, draft.block);
      return describe(id, draft.block, job);
    },
    block(templateId) {
      const unsealed = made.get(templateId);
      return unsealed === undefined ? null : encodeBlock(sealBlock(unsealed, new Uint8Array()));
    },
    async seal(templateId, seal, given): Promise<SealOutcome> {
      const unsealed = made.get(templateId);
      let candidate: Candidate;
      if (unsealed !== undefined) {
        if (clock.nowMs() > unsealed.expiresMs) return { kind: "expired" };
        candidate = { block: sealBlock(unsealed, seal), known: unsealed.transactions };
      } else {
        if (given === undefined) return { kind: "unknown" };
        // Made by a process before this one, or by another node: checked like a stranger's.
        const decoded = decodeBlock(given, chain.spec.limits.maxBlockBytes);
        if (!decoded.ok) return { kind: "refused", fault: decoded.error };
        const { header, body } = decoded.value;
        candidate = { block: { header: { ...header, seal }, body } };
      }
      const { block } = candidate;
      const [result] = await core.disk.guard(chain.import([candidate]));
      if (result === undefined) throw new OperationError("cannot-produce", "the node is stopping");
      if (result.kind === "refused") return result;
      return { kind: result.kind, block: { height: block.header.height, id: result.id } };
    },
  };
}
