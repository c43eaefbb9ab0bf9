/** The block that an operator trusts, as text (rule STAKE-21). */
import { asHash, fromHex, type Hash, OperationError, toHex } from "#base";
import type { TrustedBlock } from "#validation";

/** Height, block id, perhaps the first 16 digits of the chain id. */
export const CHECKPOINT_FORM = /^(\d{1,15}):([0-9a-fA-F]{64})(?:@([0-9a-fA-F]{16}))?$/;

/** @returns null of nothing @throws OperationError `checkpoint-invalid` */
export function parseCheckpoint(text: string, chainId: Hash): TrustedBlock | null {
  if (text === "") return null;
  const match = CHECKPOINT_FORM.exec(text);
  const id = match === null ? null : fromHex(match[2]!);
  if (match === null || id === null)
    throw invalid(
      `'${text}' is no checkpoint: it is <height>:<block id>, such as 450:3f41…9e3e, as 'agon status' of a node that you trust shows it`,
    );
  const own = toHex(chainId).slice(0, 16);
  const other = match[3]?.toLowerCase();
  if (other !== undefined && other !== own)
    throw invalid(`the checkpoint is of another chain: its id begins with ${other}, that of this chain with ${own}`);
  return { height: Number(match[1]), id: asHash(id) };
}

/** What a late joiner is given. */
export function formatCheckpoint({ height, id }: TrustedBlock, chainId: Hash): string {
  return `${height}:${toHex(id)}@${toHex(chainId).slice(0, 16)}`;
}

function invalid(message: string): OperationError {
  return new OperationError("checkpoint-invalid", message);
}
