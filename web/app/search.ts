/** What a person typed into the search field, and the page it leads to. */

import { ApiError, type ChainInfo, type Client, type DevnetNode } from "#api/contract";
import { parseAddress } from "#crypto";

export interface SearchContext {
  readonly client: Pick<Client, "block" | "transaction" | "status">;
  readonly names: ReadonlyMap<string, string>;
  readonly nodes: readonly DevnetNode[];
  readonly chain: Pick<ChainInfo, "addressPrefix"> | null;
}

export type Found = { readonly to: string; readonly problem: null } | { readonly to: null; readonly problem: string };

const place = (to: string): Found => ({ to, problem: null });
const nowhere = (problem: string): Found => ({ to: null, problem });

/** Heights, ids of blocks and transactions, addresses, and names of accounts and nodes. */
export async function findPlace(text: string, context: SearchContext): Promise<Found> {
  const wanted = text.trim().toLowerCase();
  const height = /^#?([0-9][0-9,\u202f]*)$/.exec(wanted)?.[1]?.replace(/[,\u202f]/g, "");
  if (height !== undefined && height.length < 16) return findHeight(Number(height), context);
  if (/^[0-9a-f]{64}$/.test(wanted)) return findHash(wanted, context);
  if (/^[a-z]{1,16}1[02-9ac-hj-np-z]{38}$/.test(wanted)) return findAddress(wanted, context.chain);
  for (const [address, name] of context.names) if (name.toLowerCase() === wanted) return place(`/accounts/${address}`);
  if (context.nodes.some((node) => node.name.toLowerCase() === wanted)) return place("/network");
  if (/^[0-9a-f]+$/.test(wanted)) return nowhere(`A hash has 64 characters; this one has ${wanted.length}.`);
  return nowhere("That is no height, hash, transaction, address or name known here.");
}

async function findHeight(height: number, { client }: SearchContext): Promise<Found> {
  try {
    const { head } = await client.status();
    return height <= head.height
      ? place(`/blocks/${height}`)
      : nowhere(`There is no block ${height} yet; the chain is at height ${head.height}.`);
  } catch (error) {
    return nowhere(error instanceof Error ? error.message : String(error));
  }
}

function findAddress(address: string, chain: SearchContext["chain"]): Found {
  const prefix = address.slice(0, address.lastIndexOf("1"));
  if (chain !== null && prefix !== chain.addressPrefix)
    return nowhere(`Addresses of this chain begin with ${chain.addressPrefix}1; this one is of another network.`);
  if (!parseAddress(address, prefix).ok) return nowhere("This is no address: a letter is wrong or missing.");
  return place(`/accounts/${address}`);
}

/** A hash that ends in zeros is most likely sealed by work, so that the other question is seldom asked. */
async function findHash(hash: string, { client }: SearchContext): Promise<Found> {
  const block = { path: `/blocks/${hash}`, ask: () => client.block(hash) };
  const transaction = { path: `/transactions/${hash}`, ask: () => client.transaction(hash) };
  const order = hash.endsWith("00") || hash.startsWith("000") ? [block, transaction] : [transaction, block];
  for (const { path, ask } of order) {
    try {
      await ask();
      return place(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) continue;
      return nowhere(error instanceof Error ? error.message : String(error));
    }
  }
  return nowhere("No block and no transaction has this id.");
}
