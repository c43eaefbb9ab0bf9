/** The pages of a chain by stake: validators, epochs, duties, and a bond that is signed in the page. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentProgram } from "../support/requires.ts";
import { lookAtPages, PAGES_MS, PHONE, POLL, type Scheme, SHOTS, settled, WIDE } from "./web-looks.ts";
import { openPage, openWebSession, type WebSession } from "./web-session.ts";

const BOND_COINS = "30000";

describe.skipIf(absentProgram("chromium"))("the pages of a devnet by stake", { timeout: PAGES_MS }, () => {
  let session: WebSession;

  beforeAll(async () => {
    session = await openWebSession(["--engine", "pos", "--stakes", "40,35,25"]);
  }, PAGES_MS);
  afterAll(async () => session?.[Symbol.asyncDispose]());

  test("a bond is checked as typed, reviewed, included, and shows with its validator", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    const owner = (await session.client.devnet.accounts()).accounts[3]!;
    await page.goto("/wallet");
    const card = page.getByRole("region", { name: "Stake", exact: true });
    await card.getByLabel("Account").selectOption(owner.name);
    await card.getByLabel("How much").fill("50");
    await card.getByText("A bond is at least 100").waitFor();
    await card.getByLabel("How much").fill(BOND_COINS);
    await card.getByRole("button", { name: "Review the bond" }).click();
    await card.getByText("A node must sign with dev:3").waitFor();
    await card.getByRole("button", { name: "Sign and send" }).click();
    await expect.poll(() => page.locator("[data-sent][data-status=included]").count(), POLL).toBe(1);
    const bonded = async () => (await session.client.stake.validator(owner.address)).bonded;
    await expect.poll(bonded, POLL).toBe(`${BOND_COINS}00000000`);
    await page.getByRole("link", { name: `into the bond of ${owner.name}` }).click();
    // In the table already, when the machine has stood still for some epochs.
    const standing = page.getByText(/counts once the block that made it is final|it is drawn and votes/i);
    await standing.first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the rows are the validators that the node knows, and can be put in order", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/");
    await page.getByRole("link", { name: "Validators" }).click();
    await settled(page);
    const rows = () => page.locator("[data-row]").evaluateAll((all) => all.map((row) => row.getAttribute("data-row")));
    const { items } = await session.client.stake.validators();
    await expect.poll(rows, POLL).toEqual(items.map(({ address }) => address));
    await page.getByRole("button", { name: "Bonded, coins" }).click();
    await page.getByRole("button", { name: "Bonded, coins" }).click();
    const smallestFirst = items.toSorted((a, b) => Number(BigInt(a.bonded) - BigInt(b.bonded)));
    await expect.poll(async () => (await rows())[0], POLL).toBe(smallestFirst[0]!.address);
    expect(await page.getByRole("link", { name: "Mining" }).count()).toBe(0);
    await page.goto("/epochs");
    await page.getByText(/Waits for (the votes of .* epoch \d|a block:|more votes:)/).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each([WIDE, PHONE])(
    "every page at $width px, light and dark: nothing cut off, nothing foreign, nothing for axe",
    async (size) => {
      // Pictures that are kept show a chain that has been running for a while.
      const epoch = async (): Promise<number> => (await session.client.stake.finality()).epoch;
      await expect
        .poll(epoch, { ...POLL, timeout: SHOTS !== null ? 240_000 : POLL.timeout })
        .toBeGreaterThan(SHOTS !== null ? 5 : 0);
      const { page, context, complaints } = await openPage(session, { ...size, scheme: "light" });
      const [first] = (await session.client.stake.validators()).items;
      const places = [
        ["stake-dashboard", "/"],
        ["validators", "/validators"],
        ["validator", `/validators/${first!.address}`],
        ["epochs", "/epochs"],
        ["epoch", "/epochs/0"],
        ["stake-block", "/blocks/head"],
        ["stake-wallet", "/wallet"],
      ] as const;
      const shotPath = (name: string, scheme: Scheme): string | null =>
        SHOTS !== null && size === WIDE && scheme === "light" ? join(SHOTS, `${name}.png`) : null;
      const found = await lookAtPages(page, places, { shotPath });
      expect([...found, ...complaints]).toEqual([]);
      await context.close();
    },
  );
});
