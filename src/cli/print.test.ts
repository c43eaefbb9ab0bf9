import { expect, test } from "vitest";
import { age, coins, facts, plural, print, table, visible } from "./print.ts";
import { createTestTerminal } from "./testing/terminal.ts";

test("facts stand in two columns, and what is not known is left out", () => {
  expect(facts([["a", "1"], null, ["longer", "2"]])).toBe("a       1\nlonger  2");
});

test("tables line up; titles that begin with a space stand to the right", () => {
  expect(
    table(
      [" height", "hash"],
      [
        ["7", "ab"],
        ["1000000", "c"],
      ],
    ),
  ).toBe(" height  hash\n      7  ab\n1000000  c");
  expect(table(["a", " b"], [])).toBe("a  b");
});

test.each([
  [0, "0 s ago"],
  [-3_000, "in 3 s"],
  [119_000, "119 s ago"],
  [600_000, "10 min ago"],
  [10_800_000, "3 h ago"],
  [400_000_000, "5 days ago"],
])("%d ms are %s", (ms, text) => expect(age(1_000_000_000 - ms, 1_000_000_000)).toBe(text));

test("amounts and counts", () => {
  expect([coins("1250000000"), coins(1n)]).toEqual(["12.5 coins", "0.00000001 coins"]);
  expect(coins(100_000_000n)).toBe("1 coin");
  expect([plural(1, "block"), plural(2, "address", "addresses")]).toEqual(["1 block", "2 addresses"]);
});

test("what others wrote cannot steer the terminal", async () => {
  const text = "\u001b[31mred\u0007\u009b2J\u202eltr\n\t";
  const shown = "\\u001b[31mred\\u0007\\u009b2J\\u202eltr\\n\\t";
  expect(visible(text)).toBe(shown);
  expect(facts([["a", text]])).toBe(`a  ${shown}`);
  expect(table(["a"], [[text]])).toBe(`a\n${shown}`);
  const terminal = createTestTerminal();
  await print(terminal, { json: true }, { text }, () => "");
  expect(terminal.output.out.trimEnd()).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(terminal.output.out)).toEqual({ text });
});
