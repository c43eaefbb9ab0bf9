/** Accounts: state, history and proofs. */
import { Type } from "typebox";
import { Account, AccountProof, AccountTransactions } from "#api/contract";
import { type App, invalid } from "#api/server";
import { toHex } from "#base";
import { formatAddress } from "#crypto";
import { encodeHeader } from "#model";
import type { NodePorts, StateProof } from "./ports.ts";
import { AddressPath, DEFAULT_LIMIT, Limit, readAddress } from "./route-inputs.ts";
import { pointOf, showPoint } from "./show-block.ts";
import { showIncluded, showPending } from "./show-transaction.ts";

const HistoryQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 200, description: "`nextCursor` of the page before" })),
    limit: Limit,
  },
  { additionalProperties: false },
);

export function addAccountRoutes(app: App, { chain, pending }: NodePorts): void {
  const tags = ["accounts"];
  const prefix = chain.spec.addressPrefix;

  app.get(
    "/v1/accounts/:address",
    {
      schema: {
        tags,
        summary: "Balance and nonce, with and without what is pending",
        params: AddressPath,
        response: { 200: Account },
      },
    },
    ({ params }): Account => {
      const address = readAddress(params.address, prefix);
      const { at, account, maturing } = chain.account(address);
      const waiting = pending.ofSender(address);
      return {
        address: formatAddress(address, prefix),
        exists: account !== null,
        balance: String(account?.balanceAtoms ?? 0n),
        nonce: account?.nonce ?? 0,
        pendingNonce: waiting.nextNonce,
        pendingBalance: String(waiting.spendableAtoms),
        maturing: maturing.map(({ atHeight, amountAtoms }) => ({ height: atHeight, amount: String(amountAtoms) })),
        block: showPoint(at),
      };
    },
  );
  app.get(
    "/v1/accounts/:address/transactions",
    {
      schema: {
        tags,
        summary: "What an account sent and received, newest first; the first page begins with what it has pending",
        params: AddressPath,
        querystring: HistoryQuery,
        response: { 200: AccountTransactions },
      },
    },
    async ({ params, query }): Promise<AccountTransactions> => {
      const address = readAddress(params.address, prefix);
      const { cursor = null, limit = DEFAULT_LIMIT } = query;
      const page = await chain.history(address, cursor, limit);
      if (page === null) throw invalid("`cursor` is not one that was given out here");
      const showing = { prefix, isWhole: false };
      const waiting = cursor === null ? pending.ofSender(address).items.slice(-limit).reverse() : [];
      const height = chain.head().header.height;
      return {
        items: [
          ...waiting.map((item) => showPending(item, showing)),
          ...page.items.map((included) => showIncluded(included, height, showing)),
        ],
        nextCursor: page.nextCursor,
      };
    },
  );
  app.get(
    "/v1/proofs/accounts/:address",
    {
      schema: {
        tags,
        summary: "Proof of an account's state, or of its absence, against the head",
        params: AddressPath,
        response: { 200: AccountProof },
      },
    },
    async ({ params }) => {
      const address = readAddress(params.address, prefix);
      return showProof(formatAddress(address, prefix), await chain.proof(address));
    },
  );
}

function showProof(address: string, { key, path, value, siblings, otherLeaf, block }: StateProof): AccountProof {
  return {
    address,
    exists: value !== null,
    key: toHex(key),
    path: toHex(path),
    value: value === null ? null : toHex(value),
    siblings: siblings.map(toHex),
    otherLeaf: otherLeaf === null ? null : { path: toHex(otherLeaf.path), valueHash: toHex(otherLeaf.valueHash) },
    stateRoot: toHex(block.header.stateRoot),
    block: { ...showPoint(pointOf(block)), header: toHex(encodeHeader(block.header)) },
  };
}
