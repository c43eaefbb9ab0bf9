import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { recallValidator, rememberValidator } from "./added-validator.ts";

it("is there again after a restart, and its absence is no key", () => {
  const folder = join(tempDir(), "node-4");
  expect(recallValidator(folder)).toBe(null);
  for (const passphraseFile of ["/keys/passphrase", null]) {
    rememberValidator(folder, { key: "/keys", passphraseFile });
    expect(recallValidator(folder)).toEqual({ key: "/keys", passphraseFile });
  }
  writeFileSync(join(folder, "validator.json"), '{"key": 4');
  expect(() => recallValidator(folder)).toThrow("is damaged");
});
