/** The pool's node over HTTP: work for its miners, and the chain for its books. */
import { ApiError, type Client, type MinedBlock, type MinedBlockResult, type MiningTemplate } from "#api/contract";
import { asHash, BoundedMap, fromHex, OperationError, toHex } from "#base";
import { compactToTarget, encodeSeal } from "#consensus";
import { formatAddress } from "#crypto";
import type { PoolChain, WorkFeed, WorkTemplate } from "#stratum";

/** Templates and blocks are wanted at once, or not at all. */
const WORK_MS = 5_000;

/** The blocks of so many templates are kept, in hex: of the last minute or so, where the head rests. */
const KEPT_BLOCKS = 16;

/** @param address who is credited, as text */
export function createNodeFeed(client: Client, address: string): WorkFeed {
  /** By the template: a node that has begun anew knows none from before. */
  const blocks = new BoundedMap<string, string>(KEPT_BLOCKS);
  const give = async (mined: MinedBlock): Promise<MinedBlockResult> => {
    const call = { timeoutMs: WORK_MS };
    try {
      return await client.submitMined(mined, call);
    } catch (error) {
      const block = blocks.get(mined.template);
      if (!(error instanceof ApiError) || error.code !== "template-unknown" || block === undefined) throw error;
      return client.submitMined({ ...mined, block }, call);
    }
  };
  return {
    async template() {
      const given = await client.miningTemplate(address, { timeoutMs: WORK_MS, block: true });
      if (given.block !== undefined) blocks.set(given.template, given.block);
      return readTemplate(given);
    },
    async submit(template, seal) {
      try {
        const { result } = await give({ template: template.id, seal: toHex(encodeSeal(seal)) });
        // A node that was told before and whose answer was lost says so.
        if (result === "imported" || result === "known") return { accepted: true };
        return { accepted: false, reason: result === "stored" ? "another block leads" : result };
      } catch (error) {
        // What the node refuses for good is an answer; everything else is tried again.
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429)
          return { accepted: false, reason: error.code };
        throw error;
      }
    },
  };
}

function readTemplate(template: MiningTemplate): WorkTemplate {
  const { height, parent, sealHash, minTimeS, maxTimeS, expiresMs } = template;
  const bits = Number.parseInt(template.work.bits, 16);
  const target = compactToTarget(bits);
  const [parentBytes, sealBytes] = [fromHex(parent), fromHex(sealHash)];
  if (target === null || parentBytes === null || sealBytes === null)
    throw new OperationError("node-malformed", "the node gives work that makes no sense");
  return {
    id: template.template,
    ...{ height, minTimeS, maxTimeS, expiresMs, bits, target },
    parent: asHash(parentBytes),
    sealHash: asHash(sealBytes),
    rewardAtoms: BigInt(template.reward),
    feesAtoms: BigInt(template.fees),
  };
}

/** @param pool the pool's address as text, whose credits are rewards */
export function createNodeChain(client: Client, pool: string, addressPrefix: string): PoolChain {
  return {
    async head() {
      const { height, hash } = (await client.status()).head;
      return { height, id: asHash(fromHex(hash)!) };
    },
    async block(id) {
      const block = await orNull(client.block(toHex(id)));
      if (block === null) return null;
      const rewards = block.credits.filter(({ to }) => to === pool).map(({ amount }) => BigInt(amount));
      return {
        height: block.height,
        canonical: block.canonical,
        rewardAtoms: rewards.reduce((sum, amount) => sum + amount, 0n),
      };
    },
    async account(address) {
      const { exists, nonce, balance } = await client.account(formatAddress(address, addressPrefix));
      return exists ? { nonce, balanceAtoms: BigInt(balance) } : null;
    },
    async submit(bytes) {
      const [result] = (await client.submitBytes(bytes)).results;
      return result !== undefined && "error" in result ? result.error.message : null;
    },
    async transaction(id) {
      const found = await orNull(client.transaction(toHex(id)));
      if (found === null || found.status === "unknown") return { kind: "unknown" };
      return found.block === null ? { kind: "waiting" } : { kind: "in-block", height: found.block.height };
    },
  };
}

/** What a node does not have, it answers with 404. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
