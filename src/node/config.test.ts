import { describe, expect, it } from "vitest";
import { type ConfigInput, explainConfig, flagOf, loadConfig, parseSetting } from "./config.ts";
import { SETTINGS } from "./settings.ts";

/** The words of the refusal. */
function words(input: ConfigInput): string {
  try {
    loadConfig(input);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    expect(code).toBe("config-invalid");
    return message;
  }
  return "taken";
}

describe("the configuration", () => {
  it("is the defaults, then the file, then the environment, then the flags", () => {
    const file = { api: { port: 1, host: "::1" }, mining: { enabled: true } };
    const environment = {
      AGON_API_PORT: "2",
      AGON_P2P_BOOTSTRAP: "/ip4/1.2.3.4/tcp/1,/dns4/a.b/tcp/2/ws,",
      AGON_MEMPOOL_MAX_NONCE_GAP: "3",
      PATH: "x",
    };
    const { config, sources } = loadConfig({ file, environment, flags: { "api.port": 4 } });
    expect(config.api).toMatchObject({ port: 4, host: "::1", maxConnections: 512 });
    expect(config.p2p.bootstrap).toEqual(["/ip4/1.2.3.4/tcp/1", "/dns4/a.b/tcp/2/ws"]);
    expect([config.mining.enabled, config.mempool.maxNonceGap]).toEqual([true, 3]);
    const keys = ["api.port", "api.host", "p2p.bootstrap", "api.maxConnections"];
    expect(keys.map((key) => sources.get(key))).toEqual(["flag", "file", "environment", "default"]);
  });

  it("is explained setting by setting, with unique flags and variables", () => {
    const explained = explainConfig(loadConfig());
    const count = Object.values(SETTINGS).reduce((sum, settings) => sum + Object.keys(settings).length, 0);
    expect(explained.length).toBe(count);
    for (const name of ["flag", "environment", "key"] as const)
      expect(new Set(explained.map((setting) => setting[name])).size).toBe(count);
    for (const { about, value, default: usual } of explained) {
      expect(about.length).toBeGreaterThan(5);
      expect(value).toEqual(usual);
    }
    expect([flagOf("node.logLevel"), flagOf("mempool.maxBytes")]).toEqual(["--log-level", "--mempool-max-bytes"]);
  });

  it.each([
    ["an unknown key", { file: { api: { prot: 1 } } }, "'api.prot' in the configuration file is not a setting"],
    ["an unknown section", { file: { apy: {} } }, "'apy' in the configuration file is not a section"],
    ["a section that is none", { file: { api: 7 } }, "section 'api' of the configuration file must be an object"],
    ["a list", { file: [] }, "must hold one JSON object"],
    [
      "a name of every object",
      { file: { constructor: {} } },
      "'constructor' in the configuration file is not a section",
    ],
    ["a key of every object", { file: { api: { toString: 1 } } }, "'api.toString' in the configuration file is not"],
    ["an unknown variable", { environment: { AGON_API_PROT: "1" } }, "AGON_API_PROT is not a setting"],
    ["a text", { file: { api: { port: "1" } } }, "'api.port' in the configuration file must be a number, not \"1\""],
    ["a fraction", { file: { api: { port: 1.5 } } }, "must be a whole number from 0 to 65535, not 1.5"],
    ["too much", { flags: { "api.port": 65_536 } }, "--api-port must be a whole number from 0 to 65535, not 65536"],
    ["too little", { flags: { "mempool.maxBytes": 5 } }, "--mempool-max-bytes must be a whole number from 1048576"],
    ["no number", { environment: { AGON_API_PORT: "x" } }, "AGON_API_PORT must be a whole number, not 'x'"],
    ["no truth", { environment: { AGON_MINING_ENABLED: "yes" } }, "must be true or false, not 'yes'"],
    ["no list", { file: { p2p: { bootstrap: "/a" } } }, "must be a list of texts"],
    ["a list of numbers", { file: { p2p: { bootstrap: [1] } } }, "must be a list of texts"],
    ["a level that is none", { file: { node: { logLevel: "loud" } } }, "must be trace, debug, info"],
    ["a peer that is none", { flags: { "p2p.bootstrap": ["/ip4/1.2.3.4/tcp/1", "peer"] } }, "such as /ip4/192.0.2.7"],
    [
      "a name to listen on",
      { flags: { "p2p.host": "localhost" } },
      "--p2p-host must be an IP address, not 'localhost'",
    ],
    ["a checkpoint without its block", { flags: { "node.checkpoint": "450" } }, "--checkpoint must be <height>:<block"],
    ["a key of no dev validator", { flags: { "validator.key": "dev:32" } }, "dev:0 … dev:31"],
    ["no address", { environment: { AGON_MINING_REWARD_ADDRESS: "me" } }, "must be an address of an account"],
    ["an origin with a path", { flags: { "api.allowedOrigins": ["http://a/b"] } }, "must be origins such as"],
    ["an unknown flag", { flags: { "api.colour": 1 } }, "--api-colour is not a setting"],
  ])("refuses %s, in words that name it", (_what, input, said) => {
    expect(words(input as ConfigInput)).toContain(said);
  });

  it("leaves variables alone that only look like its own", () => {
    expect(words({ environment: { AGON_TOKEN: "x", AGON_DATA: "/x", AGON_SEED: "1", AGONY: "1" } })).toBe("taken");
  });

  it("reads the text of a flag as its setting wants it", () => {
    expect(parseSetting("api.port", " 80")).toBe(80);
    expect(parseSetting("mining.enabled", "true")).toBe(true);
    expect(parseSetting("api.allowedHosts", "a,b")).toEqual(["a", "b"]);
    expect(parseSetting("node.spec", "dev")).toBe("dev");
  });
});
