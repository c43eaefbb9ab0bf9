/**
 * What stands between a signing key and a second signature for the same slot or epoch (rule STAKE-20). Each key's last
 * slot, source and target are on the disk before a signature exists, in a file apart from the chain's data: whoever
 * deletes the chain keeps it. One process at a time.
 */
import { mkdirSync } from "node:fs";
import {
  blameNobody,
  err,
  type Fault,
  type Hash,
  type Key,
  Mutex,
  OperationError,
  ok,
  type Result,
  type Signature,
  toHex,
} from "#base";
import { ed25519Sign } from "#crypto";
import { lockDirectory } from "#storage";
import { type GuardJournal, type KeyProtection, openGuardJournal } from "./guard-journal.ts";
import { mergeProtections, NOTHING_SIGNED, type Protection, protectionAfter, type SigningClaim } from "./protection.ts";

/** What an engine wants signed. */
export interface SigningJob {
  readonly message: Hash;
  readonly key: Key;
  readonly guard: SigningClaim;
  seal(signature: Signature): Uint8Array;
}

export interface SigningGuardOptions {
  /** Made if need be; the lock is on it. */
  readonly folder: string;
  readonly chainId: Hash;
}

/**
 * @throws OperationError `data-locked` while another process has it, `guard-damaged`, `guard-other-chain`, `guard-newer`,
 *   `guard-unwritable`
 */
export async function openSigningGuard({ folder, chainId }: SigningGuardOptions): Promise<SigningGuard> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OperationError("guard-unwritable", `the folder ${folder} cannot be made`, { cause });
  }
  const lock = lockDirectory(folder);
  try {
    return new SigningGuard(chainId, await openGuardJournal(folder, chainId), () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

export class SigningGuard {
  readonly chainId: Hash;
  readonly #journal: GuardJournal;
  readonly #release: () => void;
  readonly #known: Map<string, KeyProtection>;
  readonly #turns = new Mutex();
  #failure: OperationError | null = null;
  #closed = false;

  constructor(chainId: Hash, journal: GuardJournal, release: () => void) {
    this.chainId = chainId;
    this.#journal = journal;
    this.#release = release;
    this.#known = new Map(journal.found);
  }

  get path(): string {
    return this.#journal.path;
  }

  /** Of every key that the guard knows. */
  protections(): readonly KeyProtection[] {
    return [...this.#known.values()];
  }

  /** @returns null for a key that was never registered: nothing is known of what it has signed */
  protectionOf(key: Key): Protection | null {
    return this.#known.get(toHex(key))?.protection ?? null;
  }

  /** Makes a key known that has not signed anything yet; what is known of it already stays. */
  register(key: Key): Promise<void> {
    return this.raise([{ key, protection: NOTHING_SIGNED }]);
  }

  /** Adds what is known from elsewhere; nothing is ever lowered. Durable when it resolves. */
  raise(entries: readonly KeyProtection[]): Promise<void> {
    return this.#turns.run(async () => {
      for (const { key, protection } of entries) {
        const before = this.protectionOf(key);
        const after = mergeProtections(before ?? NOTHING_SIGNED, protection);
        if (before === null || !isSame(before, after)) await this.#write({ key, protection: after });
      }
    });
  }

  /**
   * The seal, once what it commits to is on the disk. The caller's seed is that of the job's key.
   * @returns `guard-refused`, or `guard-unknown-key` for a key that is not registered
   * @throws OperationError `guard-unwritable`; the guard then signs nothing until it is opened anew
   */
  sign(job: SigningJob, seed: Uint8Array): Promise<Result<Uint8Array, Fault>> {
    return this.#turns.run(async () => {
      const before = this.protectionOf(job.key);
      if (before === null) return err(blameNobody("guard-unknown-key", { key: toHex(job.key) }));
      const after = protectionAfter(before, job.guard);
      if (!after.ok) return after;
      await this.#write({ key: job.key, protection: after.value });
      return ok(job.seal(ed25519Sign(job.message, seed)));
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#turns.run(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.#journal.close();
      this.#release();
    });
  }

  async #write(entry: KeyProtection): Promise<void> {
    if (this.#closed) throw new OperationError("guard-unwritable", "the signing guard is closed");
    if (this.#failure !== null) throw this.#failure;
    // First in memory: should the disk fail now, it may or may not have taken the record.
    this.#known.set(toHex(entry.key), entry);
    try {
      await this.#journal.append(entry, this.#known);
    } catch (error) {
      if (error instanceof OperationError) this.#failure = error;
      throw error;
    }
  }
}

function isSame(a: Protection, b: Protection): boolean {
  return (
    a.lastBlockSlot === b.lastBlockSlot &&
    a.lastVoteSource === b.lastVoteSource &&
    a.lastVoteTarget === b.lastVoteTarget
  );
}
