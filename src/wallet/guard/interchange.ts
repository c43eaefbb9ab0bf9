/**
 * The slashing protection interchange of EIP-3076, format version 5, with Agon's slots and epochs in the places of
 * Ethereum's: `genesis_validators_root` is the chain id, `pubkey` the 32 bytes of a signing key (rule STAKE-20).
 */
import { asKey, blameSender, equalBytes, err, type Fault, fromHex, type Hash, ok, type Result, toHex } from "#base";
import type { KeyProtection } from "./guard-journal.ts";
import { mergeProtections, NOTHING_SIGNED, type Protection } from "./protection.ts";

const FORMAT_VERSION = "5";
/** Characters; a file of 10,000 keys in the minimal form has about 3 million. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** Everything known of every key. */
export function encodeInterchange(chainId: Hash, protections: readonly KeyProtection[]): string {
  const document = {
    metadata: { interchange_format_version: FORMAT_VERSION, genesis_validators_root: `0x${toHex(chainId)}` },
    data: protections.map(({ key, protection: { lastBlockSlot, lastVoteSource, lastVoteTarget } }) => ({
      pubkey: `0x${toHex(key)}`,
      signed_blocks: lastBlockSlot === null ? [] : [{ slot: String(lastBlockSlot) }],
      signed_attestations:
        lastVoteSource === null || lastVoteTarget === null
          ? []
          : [{ source_epoch: String(lastVoteSource), target_epoch: String(lastVoteTarget) }],
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * The highest numbers that the text names for each key; a key may come more than once.
 * @returns `interchange-too-large`, `interchange-malformed` with the place, or `interchange-other-chain`
 */
export function decodeInterchange(text: string, chainId: Hash): Result<readonly KeyProtection[], Fault> {
  if (text.length > MAX_LENGTH) return err(blameSender("interchange-too-large", { length: text.length }));
  try {
    return readDocument(JSON.parse(text), chainId);
  } catch (error) {
    const place = error instanceof Malformed ? error.place : "it is no JSON";
    return err(blameSender("interchange-malformed", { place }));
  }
}

class Malformed extends Error {
  readonly place: string;
  constructor(place: string) {
    super(place);
    this.place = place;
  }
}

function readDocument(document: unknown, chainId: Hash): Result<readonly KeyProtection[], Fault> {
  const { metadata, data } = fieldsOf(document, "document");
  const { interchange_format_version: version, genesis_validators_root: root } = fieldsOf(metadata, "metadata");
  if (version !== FORMAT_VERSION) throw new Malformed("metadata.interchange_format_version");
  const rootBytes = bytesOf(root, "metadata.genesis_validators_root");
  if (!equalBytes(rootBytes, chainId))
    return err(blameSender("interchange-other-chain", { found: toHex(rootBytes), wanted: toHex(chainId) }));
  const byKey = new Map<string, KeyProtection>();
  listOf(data, "data").forEach((value, i) => {
    const place = `data[${i}]`;
    const { pubkey, signed_blocks, signed_attestations } = fieldsOf(value, place);
    const key = asKey(bytesOf(pubkey, `${place}.pubkey`));
    const before = byKey.get(toHex(key))?.protection ?? NOTHING_SIGNED;
    const found = [
      ...listOf(signed_blocks, `${place}.signed_blocks`).map(readBlock),
      ...listOf(signed_attestations, `${place}.signed_attestations`).map(readVote),
    ];
    byKey.set(toHex(key), { key, protection: found.reduce(mergeProtections, before) });
  });
  return ok([...byKey.values()]);
}

function readBlock(value: unknown): Protection {
  return { ...NOTHING_SIGNED, lastBlockSlot: numberOf(fieldsOf(value, "signed_blocks").slot, "slot") };
}

/** What was signed counts even where it should not have been: a source after its target, or two votes for one target. */
function readVote(value: unknown): Protection {
  const { source_epoch, target_epoch } = fieldsOf(value, "signed_attestations");
  return {
    ...NOTHING_SIGNED,
    lastVoteSource: numberOf(source_epoch, "source_epoch"),
    lastVoteTarget: numberOf(target_epoch, "target_epoch"),
  };
}

function fieldsOf(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed(place);
  return value as Record<string, unknown>;
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(place);
  return value;
}

function bytesOf(value: unknown, place: string): Uint8Array {
  const bytes = typeof value === "string" && value.startsWith("0x") ? fromHex(value.slice(2)) : null;
  if (bytes === null || bytes.length !== 32) throw new Malformed(place);
  return bytes;
}

/** Decimal digits, as the format has them; past 2^53 no slot or epoch of any chain lies. */
function numberOf(value: unknown, place: string): number {
  const number = typeof value === "string" && /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new Malformed(place);
  return number;
}
