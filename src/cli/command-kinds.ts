/** Commands with the options that all of their kind have; each adds its own, which its help names first. */
import { Command, Help } from "@commander-js/extra-typings";
import {
  apiOption,
  dataOption,
  debugOption,
  fromOption,
  highFeeOption,
  jsonOption,
  keystoreOption,
  nodeOption,
  passphraseFileOption,
  timeoutOption,
  waitOption,
  yesOption,
} from "./options.ts";

/** In this order, after those that only one command has. */
const SHARED = [
  ...["--from", "--high-fee", "--wait", "--yes", "--timeout", "--api", "--node", "--data", "--keystore", "--config"],
  ...["--passphrase-file", "--json", "--debug", "--help"],
];

/** Asks a node. */
export function newAskingCommand(name: string) {
  return newCommand(name).addOption(apiOption()).addOption(nodeOption());
}

/** Asks a node about an account, which may be one of the keystore. */
export function newAccountCommand(name: string) {
  return newAskingCommand(name).addOption(dataOption()).addOption(keystoreOption());
}

/** Opens a keystore, without a node. */
export function newKeystoreCommand(name: string) {
  return newCommand(name).addOption(dataOption()).addOption(keystoreOption());
}

/** Works with the settings of a node's folder, without a running node. */
export function newFolderCommand(name: string) {
  return newCommand(name).option("--config <file>", "settings as JSON (default: config.json in the node's folder)");
}

/** Signs with an account. */
export function newSigningCommand(name: string) {
  return newAccountCommand(name)
    .addOption(fromOption())
    .addOption(highFeeOption())
    .addOption(passphraseFileOption())
    .addOption(timeoutOption());
}

/** Signs and sends one transaction, after a look at what it changes. */
export function newOrderCommand(name: string) {
  return newSigningCommand(name).addOption(waitOption()).addOption(yesOption());
}

function newCommand(name: string) {
  return new Command(name)
    .addOption(jsonOption())
    .addOption(debugOption())
    .configureHelp({
      visibleOptions(command) {
        const rank = (flag: string | undefined): number => SHARED.indexOf(flag ?? "");
        const all = Help.prototype.visibleOptions.call(this, command);
        return all.sort((one, other) => rank(one.long) - rank(other.long));
      },
    });
}
