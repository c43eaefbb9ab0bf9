/** What the API tells, as text for people. */
import type { Account, Block, BlockSummary, Peers, RecordPage, Status, Transaction } from "#api/contract";
import { type NameOf, nameAndAddress } from "./names.ts";
import { age, coins, facts, plural, table, timeAndAge } from "./print.ts";

const RECORD_EXCERPT = 40;

export function showStatus(status: Status, url: string): string {
  const { chain, head, finalized, mempool, mining, supply, features } = status;
  return facts([
    ["chain", `${chain.name} (${chain.engine}), id ${chain.id}`],
    ["head", `height ${head.height}, ${head.hash}, ${age(head.timeMs)}`],
    ["finalized", `height ${finalized.height}`],
    ["peers", String(status.peers)],
    ["mempool", `${plural(mempool.count, "transaction")}, ${mempool.bytes} bytes`],
    [
      "state",
      status.readOnly === undefined ? (status.syncing ? "catching up" : "ready") : `read-only: ${status.readOnly}`,
    ],
    features.includes("mining")
      ? ["mining", mining.enabled ? `on, ${Math.round(mining.hashRate)} hashes a second` : "off"]
      : null,
    status.obstacle === null ? null : ["makes no blocks", status.obstacle],
    ["supply", `${coins(supply.issued)} issued, ${coins(supply.burned)} burned`],
    ["node", `${status.node.agent}, ${status.node.peerId}`],
    ["address", url],
    ...status.notices.map((notice): [string, string] => ["notice", notice]),
  ]);
}

export function showBlockList(blocks: readonly BlockSummary[], nameOf: NameOf): string {
  return table(
    [" height", "hash", "age", " txs", " bytes", " fees", "proposer"],
    blocks.map((block) => [
      String(block.height),
      short(block.hash),
      age(block.timeMs),
      String(block.transactionCount),
      String(block.sizeBytes),
      coins(block.fees),
      nameOf(block.proposer),
    ]),
  );
}

export function showBlock(block: Block, nameOf: NameOf): string {
  const { transactions, work } = block;
  const more = transactions.total - transactions.items.length;
  const place = block.canonical ? `on the chain, ${plural(block.depth ?? 0, "block")} above it` : "on a stale branch";
  return [
    facts([
      ["block", block.hash],
      ["height", String(block.height)],
      ["place", place],
      ["time", timeAndAge(block.timeMs)],
      ["parent", block.parent],
      ["proposer", nameAndAddress(nameOf, block.proposer)],
      ["size", `${block.sizeBytes} bytes`],
      ["state root", block.stateRoot],
      work === null ? null : ["work", `${work.expectedHashes} hashes expected, bits ${work.bits}`],
      ["fees", coins(block.fees)],
      ...block.credits.map(({ to, amount, reason, spendableAtHeight }): [string, string] => [
        "credit",
        `${coins(amount)} to ${nameOf(to)} (${reason}), spendable from height ${spendableAtHeight}`,
      ]),
      ["transactions", String(transactions.total)],
    ]),
    ...(transactions.items.length === 0 ? [] : ["", showTransactionList(transactions.items, nameOf)]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join("\n");
}

export function showTransactionList(items: readonly Transaction[], nameOf: NameOf): string {
  return table(
    ["id", "kind", "where", "what"],
    items.map((item) => [item.id, item.kind, whereIs(item), whatDoes(item, nameOf)]),
  );
}

export function showRecordList({ items, nextFrom }: RecordPage, nameOf: NameOf): string {
  if (items.length === 0) return "No records.";
  const rows = items.map(({ id, block, sender, payload: { dataBytes, text, data } }) => [
    id,
    block === null ? "" : String(block.height),
    String(dataBytes),
    nameOf(sender),
    excerpt(text ?? `hex ${data}`),
  ]);
  const list = table(["id", " height", " bytes", "by", "begins with"], rows);
  return nextFrom === null ? list : `${list}\nOlder ones: --from ${nextFrom}`;
}

export function showTransaction(item: Transaction, nameOf: NameOf): string {
  return facts([
    ["transaction", item.id],
    ["kind", item.kind],
    [
      "status",
      item.block === null ? item.status : `${item.status}, ${plural(item.block.confirmations, "confirmation")}`,
    ],
    item.block === null
      ? null
      : [
          "block",
          `height ${item.block.height}, ${item.block.hash}, place ${item.block.index}, ${age(item.block.timeMs)}`,
        ],
    ["sender", nameAndAddress(nameOf, item.sender)],
    ["nonce", String(item.nonce)],
    ["fee", coins(item.fee)],
    ["size", `${item.sizeBytes} bytes`],
    ...payloadFacts(item, nameOf),
  ]);
}

export function showAccount(account: Account, nameOf: NameOf): string {
  const pending = BigInt(account.pendingBalance) - BigInt(account.balance);
  return facts([
    ["address", nameAndAddress(nameOf, account.address)],
    ["balance", account.exists ? coins(account.balance) : "unknown to the chain: nothing was ever sent to it"],
    pending === 0n ? null : ["to spend", `${coins(account.pendingBalance)}, counting what is pending`],
    ["nonce", String(account.nonce)],
    account.pendingNonce === account.nonce ? null : ["next nonce", String(account.pendingNonce)],
    ...account.maturing.map(({ height, amount }): [string, string] => [
      "maturing",
      `${coins(amount)} at height ${height}`,
    ]),
    ["as of", `height ${account.block.height}`],
  ]);
}

export function showPeers(peers: Peers): string {
  const lines = [
    facts([
      ["own peer id", peers.peerId],
      ...peers.addresses.map((address): [string, string] => ["listens on", address]),
      ["known", plural(peers.known, "address", "addresses")],
    ]),
    "",
    peers.peers.length === 0
      ? "No peers are connected."
      : table(
          ["peer id", "address", "direction", "agent", " height", " latency"],
          peers.peers.map((peer) => [
            peer.peerId,
            peer.address.replace(`/p2p/${peer.peerId}`, ""),
            peer.direction,
            peer.agent,
            peer.head === null ? "?" : String(peer.head.height),
            peer.latencyMs === null ? "?" : `${Math.round(peer.latencyMs)} ms`,
          ]),
        ),
  ];
  const bans = peers.bans.map(({ peerId, reason, untilMs }) => [peerId, reason, timeAndAge(untilMs)]);
  if (bans.length > 0) lines.push("", table(["banned", "reason", "until"], bans));
  return lines.join("\n");
}

function payloadFacts(item: Transaction, nameOf: NameOf): [string, string][] {
  switch (item.kind) {
    case "transfer":
      return item.payload.outputs.map(({ to, amount }) => [
        "output",
        `${coins(amount)} to ${nameAndAddress(nameOf, to)}`,
      ]);
    case "record":
      return recordFacts(item);
    case "bond":
      return [
        ["bonds", coins(item.payload.amount)],
        ["signing key", item.payload.signingKey],
        ["onion", item.payload.onionTip],
      ];
    case "unbond":
      return [["unbonds", coins(item.payload.amount)]];
    case "renew":
      return [["onion", item.payload.onionTip]];
    case "evidence":
      return [
        ["offence", item.payload.what],
        ["signing key", item.payload.signingKey],
      ];
  }
}

function recordFacts(item: Extract<Transaction, { kind: "record" }>): [string, string][] {
  const { mediaType, dataBytes, text, data, truncated } = item.payload;
  const content = text ?? `hex ${data}`;
  return [
    ["record", `${dataBytes} bytes of ${mediaType}; 'agon record get ${item.id}' writes them`],
    [
      "content",
      `${content.length > 300 ? content.slice(0, 300) : content}${truncated || content.length > 300 ? " …" : ""}`,
    ],
  ];
}

/** On one line. */
function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > RECORD_EXCERPT ? `${line.slice(0, RECORD_EXCERPT)}…` : line;
}

function whereIs({ block, status }: Transaction): string {
  return block === null ? status : `block ${block.height}`;
}

function whatDoes(item: Transaction, nameOf: NameOf): string {
  if (item.kind === "record") return `${item.payload.dataBytes} bytes of ${item.payload.mediaType}`;
  if (item.kind === "bond") return `${coins(item.payload.amount)} bonded`;
  if (item.kind === "unbond") return `${coins(item.payload.amount)} unbonded`;
  if (item.kind === "evidence") return item.payload.what;
  if (item.kind === "renew") return "a new onion";
  const { outputs } = item.payload;
  const sum = outputs.reduce((total, { amount }) => total + BigInt(amount), 0n);
  return outputs.length === 1
    ? `${coins(sum)} to ${nameOf(outputs[0]!.to)}`
    : `${coins(sum)} to ${outputs.length} accounts`;
}

function short(hash: string): string {
  return `${hash.slice(0, 16)}…`;
}
