/** Who makes this node's blocks and gives its votes: its searching threads, or the keys of a validator. */
import type { Address, Clock, Logger } from "#base";
import type { Chain, Signer } from "#chain";
import type { Bus, NodeEvents } from "#events";
import type { Mempool } from "#mempool";
import { Producer, type Sealer, type SigningPort, Voter } from "#production";
import type { DiskWatch } from "./disk-watch.ts";
import type { VoteTraffic } from "./vote-traffic.ts";

/** A place among the validators: keys, and who signs with them. */
export interface ValidatorSeat {
  readonly signers: readonly Signer[];
  readonly signing: SigningPort;
  /** Produces without peers too. */
  readonly alone: boolean;
  /** Why it must not sign yet, such as a wait for a second holder of the key; null when it may. */
  obstacle(): string | null;
}

export interface ProductionOptions {
  /** Of a chain whose blocks are searched. */
  readonly me: Signer;
  readonly rewardAddress: Address;
}

export interface ProductionParts {
  readonly chain: Chain;
  readonly disk: DiskWatch;
  readonly mempool: Mempool;
  readonly votes: VoteTraffic | null;
  readonly seat: ValidatorSeat | null;
  readonly sealer: Sealer;
  readonly obstacle: () => string | null;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** `voter` is null without a seat, and on a chain without votes. */
export function createProduction(
  { me, rewardAddress }: ProductionOptions,
  parts: ProductionParts,
): { readonly producer: Producer; readonly voter: Voter | null } {
  const { chain, disk, mempool, votes, seat, sealer, obstacle, events, clock, log } = parts;
  const producer = new Producer(
    { signers: seat?.signers ?? [me], address: rewardAddress },
    {
      chain: {
        draft: (...args) => chain.draft(...args),
        import: (candidates) => disk.guard(chain.import(candidates)),
        get head() {
          return chain.head;
        },
      },
      pending: () => mempool.select(),
      votes: () => votes?.votes() ?? [],
      ...(seat === null ? {} : { signing: seat.signing }),
      ...{ sealer, obstacle, events, clock, log: log.child("production") },
    },
  );
  if (seat === null || votes === null) return { producer, voter: null };
  const voter = new Voter(
    { keys: seat.signers.map(({ key }) => key) },
    {
      ...{ chain, obstacle, events, clock, signing: seat.signing, log: log.child("voter") },
      submit: (vote) => votes.submit(vote),
    },
  );
  return { producer, voter };
}
