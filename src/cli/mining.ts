import type { MineResult } from "#api/contract";
import { chooseNode, type OrderClient } from "./connect.ts";

export interface MineOrder {
  readonly blocks: number;
  /** Of a devnet. */
  readonly node?: string | undefined;
  readonly address?: string | undefined;
}

/** A node mines itself; a devnet's console lets one of its nodes do it. */
export function mineBlocks({ client, devnet }: OrderClient, { blocks, node, address }: MineOrder): Promise<MineResult> {
  const request = address === undefined ? { blocks } : { blocks, address };
  return devnet === null ? client.mine(request) : client.devnet.mine(chooseNode(devnet, node).name, request);
}
