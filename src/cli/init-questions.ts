/** What `agon init` asks a person. */
import type { SettingValue } from "#base";
import { parseSetting, SETTINGS } from "#node";
import type { Prompts } from "./prompts.ts";

export async function askSettings(prompts: Prompts): Promise<Record<string, SettingValue>> {
  const { node, api, p2p } = SETTINGS;
  const data = await prompts.input({ message: "Folder of the node", default: node.data.default });
  const spec = await prompts.select("Chain", [
    { name: "main", value: "main" },
    { name: "test: shared, retargets, coins without worth", value: "test" },
    { name: "dev: for one machine, fixed difficulty", value: "dev" },
  ]);
  const port = async (message: string, key: string, usual: number): Promise<Record<string, SettingValue>> => {
    const text = await prompts.input({ message, default: String(usual), validate: checkPort });
    // A usual port may move on when it is taken; one that was chosen may not.
    return text === String(usual) ? {} : { [key]: parseSetting(key, text) };
  };
  const ports = {
    ...(await port("Port of pages and API", "api.port", api.port.default)),
    ...(await port("Port for peers", "p2p.port", p2p.port.default)),
  };
  const bootstrap = await prompts.input({ message: "Peers to begin with, by commas (may be empty)", default: "" });
  const enabled = await prompts.confirm("Shall it mine?");
  return {
    "node.data": data,
    "node.spec": spec,
    ...ports,
    ...(bootstrap === "" ? {} : { "p2p.bootstrap": parseSetting("p2p.bootstrap", bootstrap) }),
    ...(enabled ? { "mining.enabled": true } : {}),
  };
}

function checkPort(text: string): true | string {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? true : "a port is a number up to 65535";
}
