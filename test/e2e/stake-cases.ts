/** Every command about validators, in an order in which each finds what it needs on a devnet by stake. */
import { join } from "node:path";
import { expect } from "vitest";
import type { Environment, Run } from "./memory-terminal.ts";

export interface StakeWorld {
  /** Of the devnet's console. */
  readonly url: string;
  /** The devnet's folder. */
  readonly devnet: string;
  /** An empty folder. */
  readonly folder: string;
  /** The present one. */
  readonly epoch: number;
}

export interface StakeCase {
  readonly argv: (world: StakeWorld) => readonly string[];
  /** Default 0. */
  readonly code?: number;
  readonly check: (document: never) => void;
  /** It asks for what stands in the newest blocks, and those may give way to others: once more, if it is not there. */
  readonly again?: true;
}

/** Of the chain that the cases are for. */
export const EPOCH_SLOTS = 4;

export const STAKE_ENVIRONMENT: Environment = { AGON_PASSPHRASE: "correct horse" };

const at =
  (...words: readonly string[]) =>
  ({ url }: StakeWorld) => [...words, "--api", url];
const own =
  (...words: readonly string[]) =>
  ({ folder, devnet }: StakeWorld) => [...words, "--data", join(folder, "mine"), "--spec", join(devnet, "spec.json")];
const key =
  (...words: readonly string[]) =>
  (world: StakeWorld) => [...at(...words)(world), "--key", join(world.folder, "mine", "validator")];
const refused = (code: string) => ({ code: 1, check: (error: object) => expect(error).toMatchObject({ code }) });
const holds = (wanted: object) => ({ check: (document: object) => expect(document).toMatchObject(wanted) });

const BONDED = "50000000000";
const again = true;

export const stakeCases: Readonly<Record<string, readonly StakeCase[]>> = {
  faucet: [
    {
      argv: at("faucet", "dev-4", "600", "--wait"),
      ...holds({ amount: "60000000000", block: { height: expect.any(Number) } }),
    },
    { argv: at("faucet", "dev-4", "90000"), ...refused("faucet-limit") },
    { argv: at("faucet", "nobody"), ...refused("address-malformed") },
  ],
  "validator init": [
    { argv: own("validator", "init"), ...holds({ mustWatch: false, chain: "pos-fast" }) },
    { argv: own("validator", "init"), ...refused("keystore-exists") },
  ],
  "stake bond": [
    { argv: key("stake", "bond", "99", "--from", "dev-4", "--yes"), ...refused("bond-dust") },
    {
      argv: at("stake", "bond", "500", "--from", "dev-4", "--yes", "--key", "/nowhere"),
      ...refused("keystore-missing"),
    },
    { argv: key("stake", "bond", "9999999", "--from", "dev-4", "--yes"), ...refused("tx-overspend") },
    { argv: key("stake", "bond", "500", "--from", "dev-4"), ...refused("usage"), code: 2 },
    {
      argv: key("stake", "bond", "500", "--from", "dev-4", "--yes", "--wait"),
      ...holds({ status: "included", bonded: BONDED }),
    },
  ],
  "stake status": [
    {
      ...{ argv: at("stake", "status", "dev-4"), again },
      ...holds({ bonded: BONDED, state: expect.stringMatching(/^(waiting|active)$/) }),
    },
    { argv: at("stake", "status", "dev-6"), ...refused("no-bond") },
  ],
  "stake duties": [
    { argv: at("stake", "duties", "validator-0"), ...holds({ vote: { epoch: expect.any(Number) } }), again },
    { argv: at("stake", "duties", "dev-6"), ...refused("no-bond") },
  ],
  validators: [
    { argv: at("validators"), check: ({ items }: { items: object[] }) => expect(items).toHaveLength(8), again },
  ],
  epochs: [
    { argv: at("epochs", "--limit", "2"), ...holds({ finality: { state: expect.any(String) } }) },
    // The first are kept for a while only.
    {
      argv: (world) => at("epochs", String(world.epoch))(world),
      check: ({ epoch, firstSlot }: { epoch: number; firstSlot: number }) =>
        expect(firstSlot).toBe(epoch * EPOCH_SLOTS),
    },
    { argv: at("epochs", "999999"), ...refused("not-found") },
  ],
  "stake unbond": [
    { argv: at("stake", "unbond", "501", "--from", "dev-4", "--yes"), ...refused("unbond-exceeds"), again },
    { argv: at("stake", "unbond", "450", "--from", "dev-4", "--yes"), ...refused("unbond-dust"), again },
    { argv: at("stake", "unbond", "all", "--from", "dev-6", "--yes"), ...refused("unbond-none") },
    {
      ...{ argv: at("stake", "unbond", "all", "--from", "dev-4", "--yes", "--wait"), again },
      ...holds({ amount: BONDED, bonded: "0" }),
    },
  ],
  "stake evidence list": [{ argv: at("stake", "evidence", "list"), ...holds({ items: [] }) }],
  "stake evidence submit": [{ argv: at("stake", "evidence", "submit", "--yes"), ...refused("no-evidence") }],
  "validator rotate-key": [
    { argv: own("validator", "rotate-key"), ...holds({ origin: "created" }) },
    {
      argv: () => ["validator", "rotate-key", "--data", "/nowhere", "--spec", "pos-dev"],
      ...refused("keystore-missing"),
    },
  ],
  "validator export-protection": [
    {
      argv: (world) => [
        ...own("validator", "export-protection")(world),
        "--out",
        join(world.folder, "protection.json"),
      ],
      check: ({ keys }: { keys: object[] }) => expect(keys).toHaveLength(2),
    },
  ],
  "validator import-protection": [
    {
      argv: (world) => [...own("validator", "import-protection")(world), join(world.folder, "protection.json")],
      check: ({ keys }: { keys: object[] }) => expect(keys).toHaveLength(2),
    },
  ],
  "validator run": [
    { argv: () => ["validator", "run", "--data", "/nowhere", "--spec", "pos-dev"], ...refused("keystore-missing") },
  ],
  "demo pos": [{ argv: () => ["demo", "pos", "--console", "http://127.0.0.1:1"], ...refused("unreachable") }],
};

/** The document, or the error that was said instead. */
export function documentOf({ code, out, err }: Run): unknown {
  if (code === 0) return JSON.parse(out);
  return (JSON.parse(err.trim().split("\n").at(-1)!) as { error: unknown }).error;
}
