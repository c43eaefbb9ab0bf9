/** What the console says of nodes, accounts and past orders. */
import { type Static, Type } from "typebox";
import { AuditLog, createClient, type DevnetAccount, DevnetAccounts, DevnetChain, DevnetNodes } from "#api/contract";
import type { App } from "#api/server";
import { toHex } from "#base";
import { addressOf, ed25519PublicKey, formatAddress } from "#crypto";
import {
  DEV_ACCOUNT_COUNT,
  devValidatorName,
  devValidatorOwner,
  devValidatorOwnerSeed,
  devValidatorSeed,
  devValidatorsOf,
} from "#spec";
import { type DevAccount, devAccount } from "#wallet/core";
import { runningNode } from "./choose-node.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { explain, NodePath } from "./node-orders.ts";

const ASK_MS = 3_000;
const SEED_RULE =
  "the Ed25519 seed of dev-n is H('agon/dev-account/v1' ‖ 'dev-n'), rule SPEC-6 of docs/spec/chain-spec.md";

const ChainQuery = Type.Object(
  {
    from: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
const AuditQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })) },
  { additionalProperties: false },
);

export function addNodeReads(app: App, parts: ConsoleParts): void {
  const { fleet, audit } = parts;
  const tags = ["devnet"];
  app.get(
    "/v1/devnet/nodes",
    { schema: { tags, summary: "Every node with its head, as its own API says", response: { 200: DevnetNodes } } },
    async (): Promise<DevnetNodes> => ({ nodes: [...(await fleet.view())] }),
  );
  app.get(
    "/v1/devnet/nodes/:name/chain",
    {
      schema: {
        tags,
        summary: "The chain of one node, newest first",
        params: NodePath,
        querystring: ChainQuery,
        response: { 200: DevnetChain },
      },
    },
    async ({ params, query }): Promise<DevnetChain> => {
      const node = runningNode(fleet, params.name);
      const client = createClient({ baseUrl: node.api, fetch, timeoutMs: ASK_MS });
      const [status, page] = await Promise.all([client.status(), client.blocks(query)]).catch((error: unknown) => {
        throw explain(error);
      });
      const { height, hash } = status.head;
      return { name: node.name, head: { height, hash }, blocks: page.items, nextFrom: page.nextFrom };
    },
  );
  app.get(
    "/v1/devnet/accounts",
    { schema: { tags, summary: "The funded accounts, with their keys", response: { 200: DevnetAccounts } } },
    () => showAccounts(parts),
  );
  app.get(
    "/v1/devnet/audit",
    { schema: { tags, summary: "Past orders, newest first", querystring: AuditQuery, response: { 200: AuditLog } } },
    ({ query }): Static<typeof AuditLog> => ({ entries: audit.entries(query.limit ?? 200) }),
  );
}

async function showAccounts({ fleet, spec }: ConsoleParts): Promise<DevnetAccounts> {
  const node = fleet.firstRunning();
  const client = node === null ? null : createClient({ baseUrl: node.api, fetch, timeoutMs: ASK_MS });
  const show = async ({ name, seed, key, address }: DevAccount): Promise<DevnetAccount> => {
    const text = formatAddress(address, spec.addressPrefix);
    const balance = await client?.account(text).then(
      (account) => account.balance,
      () => undefined,
    );
    const known = { name, address: text, publicKey: toHex(key), privateKey: toHex(seed) };
    return balance === undefined ? known : { ...known, balance };
  };
  const accounts = Array.from({ length: DEV_ACCOUNT_COUNT }, (_, index) => devAccount(index));
  const numbers = devValidatorsOf(spec);
  const owners = numbers.map(ownerOfValidator);
  const signers = numbers.map((index) => ({
    name: `${devValidatorName(index)} key`,
    address: formatAddress(addressOf(ed25519PublicKey(devValidatorSeed(index))), spec.addressPrefix),
  }));
  return {
    accounts: await Promise.all(accounts.map(show)),
    ...(owners.length > 0 && { validators: await Promise.all(owners.map(show)), signers }),
    rule: SEED_RULE,
  };
}

function ownerOfValidator(index: number): DevAccount {
  const seed = devValidatorOwnerSeed(index);
  return { name: devValidatorName(index), seed, key: ed25519PublicKey(seed), address: devValidatorOwner(index) };
}
