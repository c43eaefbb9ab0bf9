/** Where accepted shares become durable: in order, in batches, each with its place in the log of its round (rules PAY-10, LOG-1). */
import { type Address, BoundedMap, type Cancel, equalBytes, InvariantError, OperationError } from "#base";
import { ed25519PublicKey, parseAddress } from "#crypto";
import type { BlockResult, FoundBlock, ShareSink } from "../share.ts";
import { frontierRoot } from "../trust/share-log.ts";
import { signTreeHead } from "../trust/tree-head.ts";
import { type HeadSigner, noteRefusal, openRound, saveBatch, saveHead } from "./batch-store.ts";
import { asOperationError } from "./database-trouble.ts";
import type { MinerIndex } from "./miner-index.ts";
import { createObstacle } from "./obstacle.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";
import { addTally, loadCurrentRound, type RoundState } from "./round-state.ts";
import { createSampler } from "./samples.ts";
import { type Batch, prepareBatch, type QueuedShare } from "./share-batch.ts";

export interface ShareJournal extends ShareSink {
  /** Resolves when all that was accepted before is durable, or refused. */
  flush(): Promise<void>;
  /** Of the round that counts now; changes with each batch. */
  round(): RoundState;
  /** Signs the log as it is, unless it has been. */
  publishHead(): Promise<void>;
  /** Adds the minutes that are over to the statistics. */
  saveSamples(): Promise<void>;
  /** Something outside the journal keeps shares from being counted; null when it no longer does. */
  hold(why: string | null): void;
  stop(): Promise<void>;
}

interface Waiting extends QueuedShare {
  isBlock: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Writing may take up half the time, however slow the disk, until whole batches wait. */
const MAX_REST_MS = 100;
const ADDRESSES = 10_000;

const STORAGE = "the pool cannot write its books";
/** By code of the OperationError. */
const TROUBLES: Readonly<Record<string, string>> = {
  "pool-storage-full": "the pool's disk is full",
  "pool-superseded": "another process has taken over the pool",
};

export async function openShareJournal(
  options: AccountingOptions,
  parts: AccountingParts,
  miners: MinerIndex,
): Promise<ShareJournal> {
  const { database, clock, log, receiptSeed } = parts;
  const poolKey = ed25519PublicKey(receiptSeed);
  const sign: HeadSigner = (head) => signTreeHead(options.chainId, { ...head, poolKey }, receiptSeed);
  const sampler = createSampler();
  let round = await openRound(options, parts, poolKey);
  let queue: Waiting[] = [];
  let writing: Promise<void> | null = null;
  let cancel: Cancel | null = null;
  const obstacle = createObstacle(parts);
  const addressOf = createAddressReader(options.addressPrefix);
  let [restMs, counted] = [0, 0];
  /** Of which the database did not say whether it has it. Its shares stay first in the queue until it does. */
  let doubt: Batch | null = null;
  let signedSize = -1;
  let stopped = false;

  const schedule = (delayMs: number): void => {
    if (cancel !== null || writing !== null || stopped) return;
    cancel = clock.after(delayMs, () => {
      cancel = null;
      void write();
    });
  };

  /** One batch; the rest waits for the next. */
  const write = (): Promise<void> => {
    cancel?.();
    cancel = null;
    writing ??= writeBatch().finally(() => {
      writing = null;
      if (obstacle.trouble() !== null) schedule(options.retryMs);
      else if (queue.length > 0) schedule(queue.length >= options.maxBatch ? 0 : Math.max(options.commitMs, restMs));
    });
    return writing;
  };

  const writeBatch = async (): Promise<void> => {
    const startMs = clock.nowMs();
    let batch: Batch | null = null;
    try {
      await resolveDoubt();
      batch = prepareBatch(queue.slice(0, options.maxBatch), { round, poolKey, miners, options, counted });
      const prepared = batch;
      await database.write((tx) => saveBatch(tx, prepared, sign));
    } catch (error) {
      return onFailure(error, batch);
    }
    restMs = Math.min(MAX_REST_MS, clock.nowMs() - startMs);
    take(batch);
    obstacle.setTrouble(null);
  };

  /** What was written is no longer waited for. */
  const take = (batch: Batch): void => {
    counted += batch.taken;
    miners.learn(batch.newMiners);
    for (const { miner, share } of batch.entries) sampler.add(miner, share.work, share.timeMs);
    if (batch.nextRound !== null) signedSize = -1;
    for (const [miner, tally] of batch.tallies) addTally(round.tallies, miner, tally);
    round = batch.nextRound ?? batch.round;
    for (const { resolve } of queue.splice(0, batch.taken)) resolve();
  };

  /** The commit may have happened and only its answer been lost. */
  const resolveDoubt = async (): Promise<void> => {
    if (doubt === null) return;
    const stored = await loadCurrentRound(database.reader, poolKey);
    if (stored !== null && isSameLog(stored, doubt.nextRound ?? doubt.round)) take(doubt);
    doubt = null;
  };

  /** Refuses what waited, so that its miners may send it again; a block is kept until it can be written. */
  const onFailure = async (error: unknown, batch: Batch | null): Promise<void> => {
    const known = asOperationError(error);
    const code = known instanceof OperationError ? known.code : null;
    if (code === null) log.error("a batch of shares is wrong", { error: String(error) });
    obstacle.setTrouble(TROUBLES[code ?? ""] ?? STORAGE);
    if (code === "pool-storage") doubt = batch ?? doubt;
    try {
      await resolveDoubt();
      miners.learn(await miners.load(database.reader));
    } catch {
      // The shares in doubt wait: who is told that a share does not count may send it again, and it would count twice.
    }
    const first = doubt?.taken ?? 0;
    const refused = queue.filter(({ isBlock }, i) => i >= first && !isBlock);
    queue = queue.filter(({ isBlock }, i) => i < first || isBlock);
    for (const { reject } of refused) reject(error);
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0 || writing !== null) {
      await write();
      if (obstacle.trouble() !== null) return;
    }
  };

  return {
    obstacle: () => obstacle.text() ?? (stopped ? "the pool is closing" : null),
    accepted(share) {
      const address = addressOf(share.address);
      if (stopped || queue.length >= options.maxQueue) throw new OperationError("pool-busy", "too many shares wait");
      return new Promise<void>((resolve, reject) => {
        queue.push({ share, address, isBlock: false, resolve, reject });
        // Never at once: that this share is a block is said after it was accepted.
        if (queue.length === options.maxBatch) {
          cancel?.();
          cancel = null;
          schedule(0);
        } else schedule(options.commitMs);
      });
    },
    blockFound(block: FoundBlock) {
      const { share } = block;
      const entry = queue.findLast((waiting) => equalBytes(waiting.share.hash, block.id));
      if (entry !== undefined) entry.isBlock = true;
      // Its share was refused, for the disk is full, say; but the reward will come, and belongs to somebody.
      else queue.push({ share, address: addressOf(share.address), isBlock: true, resolve() {}, reject() {} });
      schedule(options.commitMs);
    },
    blockResult(block: FoundBlock, result: BlockResult) {
      if (result.accepted) return;
      // Its share may still wait to be written.
      void flush()
        .then(() => noteRefusal(parts, block, result.reason ?? "refused"))
        .catch((error) => log.warn("a refusal could not be noted", { error: String(error) }));
    },
    flush,
    round: () => round,
    async publishHead() {
      if (round.frontier.size === signedSize || round.frontier.size === 0) return;
      const head = round;
      await database.write((tx) => saveHead(tx, head, false, clock.nowMs(), sign));
      if (round.id === head.id) signedSize = head.frontier.size;
    },
    saveSamples: () => database.write((tx) => sampler.save(tx, clock.nowMs())),
    hold: obstacle.hold,
    async stop() {
      await flush();
      stopped = true;
      cancel?.();
      for (const { reject } of queue.splice(0)) reject(new OperationError("pool-closing", "the pool is closing"));
    },
  };
}

function isSameLog(a: RoundState, b: RoundState): boolean {
  return a.id === b.id && equalBytes(frontierRoot(a.frontier), frontierRoot(b.frontier));
}

/** Reading an address costs more than all else that is done for a share; those of late are remembered. */
function createAddressReader(prefix: string): (text: string) => Address {
  const known = new BoundedMap<string, Address>(ADDRESSES);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const address = parseAddress(text, prefix);
    if (!address.ok) throw new InvariantError(`a share for ${text}`);
    known.set(text, address.value);
    return address.value;
  };
}
