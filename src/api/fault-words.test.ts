import { expect, test } from "vitest";
import { blameNobody, blameSender } from "#base";
import { describeFault } from "./fault-words.ts";

test("a fault is said in a sentence, with its facts where they are known", () => {
  expect(describeFault(blameNobody("tx-nonce-used", { nonce: 3, expected: 7 }))).toEqual({
    code: "tx-nonce-used",
    message: "the nonce has been used already; the account's next is 7",
    details: { nonce: 3, expected: 7 },
  });
  expect(describeFault(blameNobody("tx-nonce-used"))).toEqual({
    code: "tx-nonce-used",
    message: "the nonce has been used already",
  });
});

test("a fault without a sentence of its own still says what it is", () => {
  const code = ["some", "new", "code"].join("-");
  expect(describeFault(blameSender(code, { height: 3 })).message).toBe("refused: some new code (height 3)");
});
