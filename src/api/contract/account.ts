/** Accounts: state, history and proof. */
import { type Static, Type } from "typebox";
import { AddressText, Atoms, BlockReference, BytesHex, HashHex, Height } from "./primitives.ts";
import { Transaction } from "./transaction.ts";

export const Maturing = Type.Object({ height: Height, amount: Atoms }, { title: "Maturing" });
export type Maturing = Static<typeof Maturing>;

export const Account = Type.Object(
  {
    address: AddressText,
    exists: Type.Boolean({ description: "false: never credited; all amounts are 0" }),
    balance: Atoms,
    nonce: Type.Integer({ minimum: 0, description: "of the next transaction to be included" }),
    pendingNonce: Type.Integer({ minimum: 0, description: "the next usable one, counting what is pending" }),
    pendingBalance: Type.String({
      pattern: "^[0-9]+$",
      description: "what pending transactions leave to spend, atoms",
    }),
    maturing: Type.Array(Maturing, { description: "rewards and the height that makes them spendable" }),
    block: BlockReference,
  },
  { title: "Account" },
);
export type Account = Static<typeof Account>;

/** Newest first, pending ones before included ones. */
export const AccountTransactions = Type.Object(
  {
    items: Type.Array(Transaction),
    nextCursor: Type.Union([Type.String(), Type.Null()], { description: "give it as `cursor` for the next page" }),
  },
  { title: "AccountTransactions" },
);
export type AccountTransactions = Static<typeof AccountTransactions>;

/** All that is needed to check an account against a block id: header → state root → leaf. */
export const AccountProof = Type.Object(
  {
    address: AddressText,
    exists: Type.Boolean(),
    key: BytesHex,
    path: HashHex,
    value: Type.Union([BytesHex, Type.Null()], { description: "the account's canonical bytes, null when excluded" }),
    siblings: Type.Array(HashHex, { description: "from the root down" }),
    otherLeaf: Type.Union([Type.Object({ path: HashHex, valueHash: HashHex }), Type.Null()], {
      description: "for exclusion: the leaf found in its place; null when the place is empty",
    }),
    stateRoot: HashHex,
    block: Type.Intersect([BlockReference, Type.Object({ header: BytesHex })]),
  },
  { title: "AccountProof" },
);
export type AccountProof = Static<typeof AccountProof>;
