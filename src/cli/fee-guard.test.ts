import { expect, test } from "vitest";
import { confirmFee, type FeeConsent } from "./fee-guard.ts";
import { createTestTerminal } from "./testing/terminal.ts";

const chain = { minFeePerByte: "10" };
/** 146 bytes: at least 1,460 atoms, high from 146,001 on. */
async function outcome(feeAtoms: bigint, options: FeeConsent, answers?: readonly boolean[]) {
  const terminal = createTestTerminal(answers === undefined ? {} : { answers });
  const code = await confirmFee(terminal, chain, { feeAtoms, sizeBytes: 146 }, options).then(
    () => "paid",
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
  return { code, said: terminal.output.err, asked: terminal.asked };
}

test("a fee in proportion is not spoken of", async () => {
  for (const feeAtoms of [1_460n, 146_000n])
    expect(await outcome(feeAtoms, {})).toEqual({ code: "paid", said: "", asked: [] });
});

test("one out of all proportion is asked about", async () => {
  const paid = await outcome(500_000_000n, {}, [true]);
  expect(paid).toMatchObject({ code: "paid", asked: ["Pay so much?"] });
  expect(paid.said).toMatch(
    /^Careful: the fee of 5 coins is 342465 times the least that the chain takes, 0.0000146 coins/,
  );
  expect((await outcome(500_000_000n, {}, [false])).code).toBe("declined: nothing was sent");
});

test("where nobody is asked it is refused, unless it is meant", async () => {
  for (const attempt of [outcome(146_010n, {}), outcome(146_010n, { yes: true }, [true])]) {
    const { code, asked } = await attempt;
    expect(code).toMatch(/^fee-high: .* is 100 times .*: nothing was sent. Give --high-fee if it is meant$/);
    expect(asked).toEqual([]);
  }
  expect(await outcome(500_000_000n, { yes: true, highFee: true })).toMatchObject({ code: "paid", said: "" });
});
