/** A validator's keys, taken from where the settings say, and what must go on beside them while the node runs. */
import { readFileSync } from "node:fs";
import { type Clock, type Hash, type Logger, OperationError, type Random } from "#base";
import { formatAddress } from "#crypto";
import { DoppelgaengerWatch, OnionRenewal } from "#production";
import { type ChainSpec, DEV_VALIDATOR_COUNT, isSigned } from "#spec";
import { openDevValidator, openValidator, type Validator, validatorFolder } from "#wallet";
import { formatCoins } from "#wallet/core";
import type { Core } from "./core.ts";
import type { ValidatorSeat } from "./production.ts";
import type { NodeConfig } from "./settings.ts";

const MAX_PASSPHRASE_BYTES = 4_096;

export interface SeatParts {
  readonly config: NodeConfig;
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  /** Instead of a file. */
  readonly passphrase: string | null;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface OpenSeat extends ValidatorSeat {
  readonly validator: Validator;
  /** What goes on beside the core; call before the core starts. */
  attend(core: Core): void;
  close(): Promise<void>;
}

/** @returns null when the node is no validator @throws OperationError in words */
export async function openSeat(parts: SeatParts): Promise<OpenSeat | null> {
  const { config, spec, clock, log } = parts;
  if (config.validator.key === "") return null;
  if (!isSigned(spec.engine))
    throw invalid(`blocks of the chain ${spec.name} are not signed: validator.key has no meaning there`);
  const validator = await openKeys(parts);
  let watch: DoppelgaengerWatch | null = null;
  let renewal: OnionRenewal | null = null;
  return {
    validator,
    signers: validator.signers,
    signing: validator,
    alone: config.node.alone,
    obstacle: () => (watch === null ? "the node is starting" : watch.obstacle()),
    attend(core) {
      const keys = validator.signers.filter(({ mustWatch }) => mustWatch).map(({ key }) => key);
      const { chain, events } = core;
      const watched = new DoppelgaengerWatch(
        { keys },
        {
          ...{ chain, events, clock, log: log.child("watch") },
          sees: () => core.handshake.ready.size > 0 && !core.sync.syncing,
          onOver: (key) => validator.endWatch(key),
        },
      );
      events.on("vote-added", ({ vote }) => watched.sawVote(vote));
      watch = watched;
      watch.start();
      renewal = createRenewal(parts, validator, core);
      renewal.start();
    },
    async close() {
      watch?.stop();
      await renewal?.stop();
      await validator.close();
    },
  };
}

function createRenewal({ spec, clock, log }: SeatParts, validator: Validator, core: Core): OnionRenewal {
  return new OnionRenewal(
    { signers: validator.signers },
    {
      stake: () => core.chain.stake(),
      account: (address) => core.chain.account(address),
      async submit(transaction) {
        const [result] = await core.submit([transaction.bytes], "local");
        if (result === undefined) throw new OperationError("submit-failed", "the node gave no answer");
        return result;
      },
      formatAtoms: formatCoins,
      formatAddress: (address) => formatAddress(address, spec.addressPrefix),
      ...{ events: core.events, clock, log: log.child("onion") },
    },
  );
}

async function openKeys({ config, spec, chainId, passphrase, random }: SeatParts): Promise<Validator> {
  const { key, passphraseFile } = config.validator;
  const own = validatorFolder(config.node.data);
  const { minFeePerByteAtoms } = spec.fees;
  const dev = /^dev:(\d{1,2})$/.exec(key);
  if (dev !== null) return openDevValidator({ folder: own, chainId, minFeePerByteAtoms }, [devIndex(Number(dev[1]))]);
  const folder = key === "own" ? own : key;
  const secret = passphraseFile === "" ? passphrase : readPassphrase(passphraseFile);
  if (secret === null)
    throw invalid(
      "the validator's keys are encrypted: name a file with validator.passphraseFile (--validator-passphrase-file)",
    );
  return openValidator({ folder, chainId, passphrase: secret, minFeePerByteAtoms }, random);
}

function devIndex(index: number): number {
  if (index < DEV_VALIDATOR_COUNT) return index;
  throw invalid(`there is no validator dev:${index}: they go from dev:0 to dev:${DEV_VALIDATOR_COUNT - 1}`);
}

/** The first line. */
function readPassphrase(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw invalid(`the passphrase file ${path} cannot be read`);
  }
  if (text.length > MAX_PASSPHRASE_BYTES) throw invalid(`the passphrase file ${path} is too long`);
  return text.split(/\r?\n/, 1)[0]!;
}

function invalid(message: string): OperationError {
  return new OperationError("config-invalid", message);
}
