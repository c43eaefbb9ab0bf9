/** All commands of the program. Each is loaded when it is used, so that a small one does not wait for a whole node. */
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Terminal } from "./terminal.ts";
import { readVersion } from "./version.ts";

type Load = () => Promise<(terminal: Terminal) => CommandUnknownOpts>;

const COMMANDS: Readonly<Record<string, readonly [about: string, load: Load]>> = {
  init: ["set up a node: settings, identity, keystore", async () => (await import("./commands/init.ts")).initCommand],
  node: ["run a node until it is told to stop", async () => (await import("./commands/node.ts")).nodeCommand],
  devnet: ["run a network of nodes on this machine", async () => (await import("./commands/devnet.ts")).devnetCommand],
  status: [
    "chain, head, peers and mempool of a node",
    async () => (await import("./commands/status.ts")).statusCommand,
  ],
  chain: ["show, validate, export or import the chain", async () => (await import("./commands/chain.ts")).chainCommand],
  block: ["one block with its transactions", async () => (await import("./commands/look-up.ts")).blockCommand],
  tx: ["one transaction, and where it stands", async () => (await import("./commands/look-up.ts")).txCommand],
  account: ["an account and its transactions", async () => (await import("./commands/look-up.ts")).accountCommand],
  send: ["send coins to an account", async () => (await import("./commands/send.ts")).sendCommand],
  record: [
    "put records on the chain, and get them back",
    async () => (await import("./commands/record.ts")).recordCommand,
  ],
  mine: ["mine: by the node, or here, solo or at a pool", async () => (await import("./commands/mine.ts")).mineCommand],
  pool: ["run a mining pool, look at one, audit one", async () => (await import("./commands/pool.ts")).poolCommand],
  faucet: ["coins from a devnet's faucet", async () => (await import("./commands/faucet.ts")).faucetCommand],
  stake: ["bonds: make, withdraw, look at", async () => (await import("./commands/stake.ts")).stakeCommand],
  validator: [
    "a node that signs: its keys, and what they have signed",
    async () => (await import("./commands/validator.ts")).validatorCommand,
  ],
  validators: [
    "who bonds how much, and what each has done",
    async () => (await import("./commands/stake-lists.ts")).validatorsCommand,
  ],
  epochs: [
    "epochs: votes, missed slots, what is final",
    async () => (await import("./commands/stake-lists.ts")).epochsCommand,
  ],
  demo: ["scenarios on real nodes, checked at the end", async () => (await import("./commands/demo.ts")).demoCommand],
  peers: ["whom the node is connected to", async () => (await import("./commands/look-up.ts")).peersCommand],
  keys: ["accounts in an encrypted keystore", async () => (await import("./commands/keys.ts")).keysCommand],
  fsck: ["check the files of a stopped node", async () => (await import("./commands/fsck.ts")).fsckCommand],
  config: ["the settings a node would start with", async () => (await import("./commands/config.ts")).configCommand],
  completion: ["completion for a shell", async () => (await import("./commands/completion.ts")).completionCommand],
};

/** @param wanted the words of the command line: only what they use is whole; without them, everything */
export async function createProgram(terminal: Terminal, wanted?: readonly string[]): Promise<CommandUnknownOpts> {
  const program = new Command("agon")
    .description(
      "A blockchain node whose blocks are earned by work, by stake or by play.\nWithout a command: a menu, where somebody can be asked.",
    )
    .version(readVersion())
    .addHelpText(
      "after",
      examples("agon devnet --nodes 3", "agon status", "agon send dev-1 12.5", "agon record add --file games.jsonl"),
    );
  // Completion is made from the whole tree.
  const isWhole = wanted === undefined || wanted.includes("completion");
  for (const [name, [about, load]] of Object.entries(COMMANDS)) {
    const isUsed = isWhole || wanted.includes(name);
    program.addCommand(isUsed ? (await load())(terminal).summary(about) : new Command(name).description(about));
  }
  return program as unknown as CommandUnknownOpts;
}
