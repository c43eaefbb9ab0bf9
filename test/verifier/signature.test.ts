import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../support/root.ts";
import { isValidSignature } from "./signature.ts";

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");

it("gives the verdict of every vector of Wycheproof", () => {
  const text = readFileSync(join(repositoryRoot, "test/vectors/wycheproof-ed25519.json"), "utf8");
  let count = 0;
  for (const { publicKey, tests } of (JSON.parse(text) as Vectors).testGroups) {
    for (const { tcId, msg, sig, result } of tests) {
      const [key, message, signature] = [hex(publicKey.pk), hex(msg), hex(sig)];
      const verdict = isValidSignature(key, message, signature);
      expect([tcId, verdict]).toEqual([tcId, result === "valid"]);
      count++;
    }
  }
  expect(count).toBeGreaterThan(100);
});
