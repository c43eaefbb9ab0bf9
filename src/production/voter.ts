/** Votes once an epoch: at the moment of the duty, through the guard, and hands the vote on (rules STAKE-22 and STAKE-23). */
import { asSignature, type Clock, equalBytes, type Hash, type Key, type Logger, sleep } from "#base";
import type { Chain } from "#chain";
import type { Duty } from "#consensus";
import type { Bus, NodeEvents } from "#events";
import type { Vote } from "#model";
import { createLeavingNotice } from "./leaving-notice.ts";
import { createRefusalNotice, type SigningPort } from "./signing.ts";

const RETRY_MS = 1_000;
const LEAST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 60_000;
/** After so many failures to hand it on a vote is of no use to anybody. */
const MAX_SENDS = 10;

export interface VoterOptions {
  /** Each votes for itself in the epochs in whose table it stands. */
  readonly keys: readonly Key[];
}

export interface VoterParts {
  readonly chain: Pick<Chain, "stake"> & {
    readonly head: Pick<Chain["head"], "snapshot">;
    readonly engine: Pick<Chain["engine"], "voting">;
  };
  readonly signing: SigningPort;
  /** Takes the vote for this node and passes it on; when it fails, the same vote comes again. */
  readonly submit: (vote: Vote) => Promise<void>;
  /** Why nothing may be signed at present; null when all is well. */
  readonly obstacle: () => string | null;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface KeyState {
  readonly key: Key;
  /** Epoch of the last vote that was signed. */
  votedTarget: number;
  /** What the guard refused: the same is not asked again. */
  refused: Hash | null;
  /** Signed and not handed on yet. */
  unsent: Vote | null;
  sends: number;
}

export class Voter {
  readonly #parts: VoterParts;
  readonly #states: readonly KeyState[];
  readonly #refusal: ReturnType<typeof createRefusalNotice>;
  readonly #leaving: ReturnType<typeof createLeavingNotice>;
  #wait = new AbortController();
  #unsubscribe: () => void = () => {};
  #running = false;
  #loop: Promise<void> = Promise.resolve();

  constructor({ keys }: VoterOptions, parts: VoterParts) {
    this.#parts = parts;
    this.#states = keys.map((key) => ({ key, votedTarget: -1, refused: null, unsent: null, sends: 0 }));
    this.#refusal = createRefusalNotice("vote", parts);
    this.#leaving = createLeavingNotice(parts);
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    if (this.#running || this.#parts.chain.engine.voting === null) return;
    this.#running = true;
    this.#unsubscribe = this.#parts.events.on("head-changed", () => this.#wait.abort());
    this.#loop = this.#voteAll();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#unsubscribe();
    this.#wait.abort();
    await this.#loop;
  }

  async #voteAll(): Promise<void> {
    const { clock, log } = this.#parts;
    while (this.#running) {
      this.#wait = new AbortController();
      let waitMs = RETRY_MS;
      try {
        waitMs = await this.#voteOnce();
      } catch (error) {
        log.warn("a vote was not given", { why: String(error) });
      }
      // A head that moved meanwhile has ended the wait already.
      if (this.#running) await sleep(clock, Math.max(LEAST_WAIT_MS, waitMs), this.#wait.signal);
    }
  }

  /** @returns how long to wait before the next look */
  async #voteOnce(): Promise<number> {
    const { chain, clock, obstacle } = this.#parts;
    let waitMs = Number.POSITIVE_INFINITY;
    for (const state of this.#states) {
      if (state.unsent !== null) await this.#send(state, state.unsent);
      const { snapshot } = chain.head;
      const { voting } = chain.engine;
      if (voting !== null) this.#leaving.tell(state.key, voting.standing(state.key, snapshot));
      const duty = voting?.duty(snapshot, state, clock.nowMs());
      if (duty?.kind === "later") waitMs = Math.min(waitMs, duty.atMs - clock.nowMs());
      else waitMs = Math.min(waitMs, RETRY_MS);
      if (duty?.kind === "now" && obstacle() === null) await this.#vote(state, duty);
    }
    return Math.min(waitMs, LONGEST_WAIT_MS);
  }

  async #vote(state: KeyState, { vote, job }: Duty & { kind: "now" }): Promise<void> {
    if (vote.target.epoch <= state.votedTarget) return;
    // In jail, no block may hold it.
    if (this.#parts.chain.stake()?.mayVote(state.key, vote.target.epoch) === false) return;
    if (state.refused !== null && equalBytes(state.refused, job.message)) return;
    const seal = await this.#parts.signing.sign(job);
    this.#refusal.tell(seal.ok ? null : seal.error);
    state.refused = seal.ok ? null : job.message;
    if (!seal.ok) return;
    state.votedTarget = vote.target.epoch;
    state.unsent = { ...vote, signature: asSignature(seal.value) };
    state.sends = 0;
    await this.#send(state, state.unsent);
  }

  async #send(state: KeyState, vote: Vote): Promise<void> {
    const { submit, log } = this.#parts;
    const link = { source: vote.source.epoch, target: vote.target.epoch };
    try {
      await submit(vote);
      state.unsent = null;
      log.debug("vote given", link);
    } catch (error) {
      log.warn("a vote was not passed on", { ...link, why: String(error) });
      if (++state.sends >= MAX_SENDS) state.unsent = null;
    }
  }
}
