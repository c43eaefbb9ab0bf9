/** Transactions with anything wrong, as bytes and as JSON; the first part of the table of bad input. */
import { asKey, asSignature, concatBytes, readUint, toHex, writeUint } from "#base";
import { ed25519Sign, formatAddress } from "#crypto";
import {
  encodeParts,
  encodeTransaction,
  encodeTransfer,
  MAX_TRANSACTION_BYTES,
  type PreparedTransaction,
  signingHash,
  type Transaction,
} from "#model";
import { buildRecord, buildTransfer, devAccount, signTransaction } from "#wallet/core";
import { easyChainId, minerOf } from "../support/forge.ts";
import { chainId, type Row, type World } from "./bad-input-world.ts";

/** Of the group of the curve. */
const ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

interface Change {
  readonly nonce?: number;
  readonly amountAtoms?: bigint;
  readonly feeAtoms?: bigint;
  readonly chain?: typeof chainId;
  readonly from?: number;
}

export function pay({
  nonce = 0,
  amountAtoms = 10_000n,
  chain = chainId,
  from = 1,
  ...fee
}: Change = {}): PreparedTransaction {
  const outputs = [{ to: devAccount(8).address, amountAtoms }];
  return buildTransfer({ chainId: chain, seed: devAccount(from).seed, nonce, outputs, ...fee });
}

/** A good transfer with its bytes changed. */
function altered(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = pay({ nonce: 1 }).bytes.slice();
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

/** Rightly signed, whatever it holds. */
function signed(change: Partial<Pick<Transaction, "kind" | "payload" | "feeAtoms">>): Uint8Array {
  const fields = { version: 1, kind: 1, nonce: 1, feeAtoms: 1_000_000n, payload: encodeTransfer([output(5_000n)]) };
  return signTransaction(chainId, devAccount(1).seed, { ...fields, ...change }).bytes;
}

const output = (amountAtoms: bigint) => ({ to: devAccount(8).address, amountAtoms });

/** S + L is the same number to whoever does not look. */
export function malleated(): Uint8Array {
  return altered((bytes) => writeUint(bytes, 54 + 32, 32, readUint(bytes, 54 + 32, 32) + ORDER));
}

/** The neutral point as key and as R, S = 0: the equation holds for each message. */
function smallOrder(): Uint8Array {
  const point = new Uint8Array(32);
  point[0] = 1;
  const payload = encodeTransfer([output(5_000n)]);
  const signature = asSignature(concatBytes(point, new Uint8Array(32)));
  return encodeTransaction({
    version: 1,
    kind: 1,
    sender: asKey(point),
    nonce: 0,
    feeAtoms: 9_999n,
    payload,
    signature,
  });
}

function foreign(): Uint8Array {
  const bytes = pay({ nonce: 1 }).bytes.slice();
  bytes.set(ed25519Sign(signingHash(chainId, bytes), devAccount(2).seed), 54);
  return bytes;
}

const octets = (body: () => Uint8Array) => (w: World) => w.post(body(), "application/octet-stream");
const json = (body: () => unknown) => (w: World) => w.post(JSON.stringify(body()), "application/json");
const jsonOf = (change: object = {}): object => {
  const { transaction } = pay({ nonce: 1 });
  return {
    ...{ version: 1, kind: "transfer", nonce: 1, fee: String(transaction.feeAtoms) },
    senderKey: toHex(transaction.sender),
    signature: toHex(transaction.signature),
    payload: { outputs: [{ to: formatAddress(devAccount(8).address, "tagon"), amount: "10000" }] },
    ...change,
  };
};

export const transactionRows: readonly Row[] = [
  ["bytes", "nothing", "400 invalid-request", octets(() => new Uint8Array(0))],
  ["bytes", "one byte", "tx-truncated", octets(() => Uint8Array.of(1))],
  ["bytes", "a cut transaction", "tx-truncated", octets(() => pay({ nonce: 1 }).bytes.subarray(0, 100))],
  [
    "bytes",
    "a transaction with more behind it",
    "tx-signature",
    octets(() => concatBytes(pay({ nonce: 1 }).bytes, new Uint8Array(28))),
  ],
  [
    "bytes",
    "one larger than any",
    "tx-too-large",
    octets(() => concatBytes(Uint8Array.of(1), new Uint8Array(MAX_TRANSACTION_BYTES))),
  ],
  ["bytes", "garbage", "400 invalid-request", octets(() => new Uint8Array(1_000).fill(0xa4))],
  [
    "bytes",
    "a list whose offsets are wrong",
    "400 invalid-request",
    octets(() => Uint8Array.of(8, 0, 0, 0, 1, 0, 0, 0)),
  ],
  [
    "bytes",
    "a list of too many",
    "413 too-many-transactions",
    octets(() => encodeParts(Array.from({ length: 1_001 }, () => Uint8Array.of(1)))),
  ],
  ["bytes", "five megabytes", "413 body-too-large", octets(() => new Uint8Array(5 * 2 ** 20))],
  ["bytes", "another version", "tx-version", octets(() => altered((bytes) => bytes.fill(2, 0, 1)))],
  ["bytes", "an offset elsewhere", "tx-malformed", octets(() => altered((_, view) => view.setUint32(50, 119, true)))],
  [
    "bytes",
    "a nonce of 2^60",
    "tx-malformed",
    octets(() => altered((_, view) => view.setBigUint64(34, 2n ** 60n, true))),
  ],
  ["bytes", "an unknown kind", "tx-kind", octets(() => signed({ kind: 9 }))],
  ["bytes", "the wrong chain id", "tx-signature", octets(() => pay({ nonce: 1, chain: easyChainId }).bytes)],
  [
    "bytes",
    "a bad signature",
    "tx-signature",
    octets(() => altered((_, view) => view.setUint8(70, view.getUint8(70) ^ 1))),
  ],
  ["bytes", "a foreign signature", "tx-signature", octets(foreign)],
  ["bytes", "a malleated signature", "tx-signature", octets(malleated)],
  ["bytes", "a key of small order", "tx-signature", octets(smallOrder)],
  [
    "bytes",
    "a changed amount",
    "tx-signature",
    octets(() => altered((_, view) => view.setUint8(138, view.getUint8(138) ^ 1))),
  ],
  ["bytes", "a repeated nonce", "tx-nonce-used", octets(() => pay({ amountAtoms: 77_000n }).bytes)],
  ["bytes", "a far nonce", "tx-nonce-gap", octets(() => pay({ nonce: 66 + 1 }).bytes)],
  ["bytes", "overspending", "tx-overspend", octets(() => pay({ nonce: 1, amountAtoms: 10n ** 17n }).bytes)],
  ["bytes", "dust", "transfer-dust", octets(() => pay({ nonce: 1, amountAtoms: 999n }).bytes)],
  ["bytes", "nothing for somebody", "transfer-dust", octets(() => pay({ nonce: 1, amountAtoms: 0n }).bytes)],
  [
    "bytes",
    "amounts beyond 64 bits",
    "tx-overflow",
    octets(() => signed({ payload: encodeTransfer([output(2n ** 63n), output(2n ** 63n)]) })),
  ],
  ["bytes", "no outputs", "transfer-malformed", octets(() => signed({ payload: new Uint8Array(0) }))],
  ["bytes", "half an output", "transfer-malformed", octets(() => signed({ payload: new Uint8Array(14) }))],
  ["bytes", "too small a fee", "tx-fee-low", octets(() => pay({ nonce: 1, feeAtoms: 1_459n }).bytes)],
  [
    "bytes",
    "a sender whom nobody paid",
    "tx-sender-unknown",
    octets(
      () => buildTransfer({ chainId, seed: new Uint8Array(32).fill(5), nonce: 0, outputs: [output(5_000n)] }).bytes,
    ),
  ],
  [
    "bytes",
    "a record of another form",
    "record-malformed",
    octets(() => signed({ kind: 2, payload: Uint8Array.of(7, 5, 0, 0, 0) })),
  ],
  [
    "bytes",
    "a record beyond 16 KiB",
    "record-too-large",
    octets(() =>
      signed({
        kind: 2,
        feeAtoms: 10n ** 8n,
        payload: concatBytes(Uint8Array.of(1, 5, 0, 0, 0), new Uint8Array(16_385)),
      }),
    ),
  ],
  [
    "bytes",
    "a record that nobody can pay",
    "tx-overspend",
    octets(
      () =>
        buildRecord({
          chainId,
          seed: devAccount(1).seed,
          nonce: 1,
          feeAtoms: 10n ** 15n,
          record: { mediaType: 1, data: new Uint8Array(10) },
        }).bytes,
    ),
  ],
  [
    "bytes",
    "bad ones together",
    "tx-signature, tx-nonce-used, tx-truncated",
    octets(() => encodeParts([malleated(), pay().bytes.slice(), Uint8Array.of(1)])),
  ],
  ["json", "broken JSON", "400 invalid-json", (w) => w.post('{"kind": "transfer', "application/json")],
  ["json", "nothing", "400 invalid-json", (w) => w.post("", "application/json")],
  ["json", "another media type", "415 unsupported-media-type", (w) => w.post("<a/>", "application/xml")],
  ["json", "a number", "400 invalid-request", json(() => 7)],
  ["json", "no kind", "400 invalid-request", json(() => ({}))],
  ["json", "another kind", "400 invalid-request", json(() => jsonOf({ kind: "mint" }))],
  ["json", "an unknown key", "400 invalid-request", json(() => jsonOf({ memo: "hello" }))],
  ["json", "a nonce below zero", "400 invalid-request", json(() => jsonOf({ nonce: -1 }))],
  ["json", "a fee as a fraction", "400 invalid-request", json(() => jsonOf({ fee: "1.5" }))],
  ["json", "a fee beyond 64 bits", "400 invalid-request", json(() => jsonOf({ fee: String(2n ** 64n) }))],
  ["json", "half a key", "400 invalid-request", json(() => jsonOf({ senderKey: "00ff" }))],
  [
    "json",
    "an address with a slip",
    "400 address-malformed",
    json(() =>
      jsonOf({ payload: { outputs: [{ to: "tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3c", amount: "10000" }] } }),
    ),
  ],
  [
    "json",
    "an address of another network",
    "400 address-wrong-network",
    json(() => jsonOf({ payload: { outputs: [{ to: formatAddress(minerOf(1), "agon"), amount: "10000" }] } })),
  ],
  [
    "json",
    "another amount than was signed",
    "tx-signature",
    json(() =>
      jsonOf({ payload: { outputs: [{ to: formatAddress(devAccount(8).address, "tagon"), amount: "10001" }] } }),
    ),
  ],
  ["json", "a list of nothing", "400 invalid-request", json(() => [])],
  ["json", "bad ones together", "invalid-request, tx-signature", json(() => [7, jsonOf({ nonce: 2 })])],
];
