/** The console of a network of nodes on one machine. */
import { type Static, Type } from "typebox";
import { BlockSummary } from "./block.ts";
import { AddressText, Atoms, BlockReference, Count, HashHex, Height, KeyHex, TimeMs } from "./primitives.ts";

export const DevnetNodeState = Type.Union([
  Type.Literal("starting"),
  Type.Literal("running"),
  Type.Literal("stopping"),
  Type.Literal("stopped"),
  Type.Literal("crashed"),
]);
export type DevnetNodeState = Static<typeof DevnetNodeState>;

export const DevnetNode = Type.Object(
  {
    name: Type.String(),
    state: DevnetNodeState,
    note: Type.Optional(
      Type.String({ description: "why it is in that state, such as `killed`, with the last error in its log" }),
    ),
    pid: Type.Union([Count, Type.Null()]),
    api: Type.String({ description: "base URL of its API" }),
    p2p: Type.String({ description: "multiaddr it listens on" }),
    peerId: Type.Union([Type.String(), Type.Null()]),
    head: Type.Union([BlockReference, Type.Null()]),
    peers: Count,
    peerIds: Type.Array(Type.String(), { description: "whom it is connected to" }),
    validator: Type.Optional(
      Type.String({ description: "the key it signs blocks with, as the node was told: `dev:0`, or a file" }),
    ),
  },
  { title: "DevnetNode" },
);
export type DevnetNode = Static<typeof DevnetNode>;

export const DevnetNodes = Type.Object({ nodes: Type.Array(DevnetNode) }, { title: "DevnetNodes" });
export type DevnetNodes = Static<typeof DevnetNodes>;

export const DevnetPool = Type.Object(
  {
    state: DevnetNodeState,
    note: Type.Optional(Type.String({ description: "why it is in that state, with the last error in its log" })),
    pid: Type.Union([Count, Type.Null()]),
    api: Type.Union([Type.String(), Type.Null()], {
      description: "base URL of its own API; null until it has started",
    }),
    stratum: Type.Union([Type.String(), Type.Null()], { description: "where miners connect" }),
    address: AddressText,
    account: Type.String({ description: "the name of that address: it earns the blocks, and pays" }),
  },
  { title: "DevnetPool" },
);
export type DevnetPool = Static<typeof DevnetPool>;

/** Public on purpose: the keys follow from a published rule and are worth nothing elsewhere. */
export const DevnetAccount = Type.Object(
  {
    name: Type.String(),
    address: AddressText,
    publicKey: KeyHex,
    privateKey: HashHex,
    balance: Type.Optional(Type.String({ pattern: "^[0-9]+$", description: "atoms; absent while no node answers" })),
  },
  { title: "DevnetAccount" },
);
export type DevnetAccount = Static<typeof DevnetAccount>;

export const DevnetAccounts = Type.Object(
  {
    accounts: Type.Array(DevnetAccount),
    validators: Type.Optional(
      Type.Array(DevnetAccount, { description: "who owns the bonds that the chain begins with, where it has any" }),
    ),
    signers: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), address: AddressText }), {
        description: "accounts of the signing keys of those, which their blocks credit",
      }),
    ),
    rule: Type.Optional(Type.String({ description: "how the private keys are made" })),
  },
  { title: "DevnetAccounts" },
);
export type DevnetAccounts = Static<typeof DevnetAccounts>;

export const DevnetMineRequest = Type.Object(
  {
    blocks: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1 })),
    address: Type.Optional(AddressText),
  },
  { title: "DevnetMineRequest", additionalProperties: false },
);
export type DevnetMineRequest = Static<typeof DevnetMineRequest>;

/** A node more. */
export const DevnetAddRequest = Type.Object(
  {
    hashRate: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: "hashes a second; without it the node does not mine",
      }),
    ),
    validatorKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: "the key it signs blocks with: an absolute path on the devnet's machine, or `dev:0` … `dev:31`",
      }),
    ),
    validatorPassphraseFile: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4096, description: "absolute path of a file with the key's passphrase" }),
    ),
  },
  { title: "DevnetAddRequest", additionalProperties: false },
);
export type DevnetAddRequest = Static<typeof DevnetAddRequest>;

/** Coins from a dev account, for whoever has none. */
export const DevnetFaucetRequest = Type.Object(
  { address: AddressText, amount: Type.Optional(Atoms) },
  { title: "DevnetFaucetRequest", additionalProperties: false },
);
export type DevnetFaucetRequest = Static<typeof DevnetFaucetRequest>;

export const DevnetFaucetResult = Type.Object(
  {
    id: HashHex,
    from: AddressText,
    to: AddressText,
    amount: Atoms,
    fee: Atoms,
    left: Type.String({ pattern: "^[0-9]+$", description: "what the address may still have within this hour, atoms" }),
  },
  { title: "DevnetFaucetResult" },
);
export type DevnetFaucetResult = Static<typeof DevnetFaucetResult>;

/** The chain of one node, newest first, as far as was asked for. */
export const DevnetChain = Type.Object(
  {
    name: Type.String(),
    head: BlockReference,
    blocks: Type.Array(BlockSummary),
    nextFrom: Type.Union([Height, Type.Null()]),
  },
  { title: "DevnetChain" },
);
export type DevnetChain = Static<typeof DevnetChain>;

export const ValidationReport = Type.Object(
  {
    valid: Type.Boolean(),
    head: BlockReference,
    stateRoot: HashHex,
    checkedBlocks: Count,
    problems: Type.Array(Type.Object({ height: Height, code: Type.String(), message: Type.String() })),
  },
  { title: "ValidationReport" },
);
export type ValidationReport = Static<typeof ValidationReport>;

export const AuditEntry = Type.Object(
  {
    atMs: TimeMs,
    action: Type.String(),
    node: Type.Union([Type.String(), Type.Null()]),
    from: Type.String({ description: "remote address" }),
    ok: Type.Boolean(),
    message: Type.Optional(Type.String()),
  },
  { title: "AuditEntry" },
);
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditLog = Type.Object({ entries: Type.Array(AuditEntry) }, { title: "AuditLog" });
export type AuditLog = Static<typeof AuditLog>;
