/** The pages of a chain by stake: validators, epochs, duties, and a bond that is signed in the page. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentProgram } from "../support/requires.ts";
import { repositoryRoot } from "../support/root.ts";
import { lookAtPages, type NamedLook, PHONE, POLL, settled, WIDE } from "./web-looks.ts";
import { openPage, openWebSession, type WebSession } from "./web-session.ts";

const LOOKS: readonly NamedLook[] = [
  { name: "", ...WIDE, scheme: "light" },
  { name: "-phone-dark", ...PHONE, scheme: "dark" },
];
const BOND_COINS = "30000";

const GUIDES = join(repositoryRoot, "docs", "guides");
const keepsShots = process.env.AGON_SCREENSHOTS === "1";

describe.skipIf(absentProgram("chromium"))("the pages of a devnet by stake", () => {
  let session: WebSession;
  let shots: string;

  beforeAll(async () => {
    shots = await mkdtemp(join(tmpdir(), "agon-shots-"));
    if (keepsShots) await mkdir(GUIDES, { recursive: true });
    session = await openWebSession(["--engine", "pos", "--stakes", "40,35,25"]);
  });
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await rm(shots, { recursive: true, force: true });
  });

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
    const validator = await session.client.stake.validator(owner.address);
    expect([validator.state, validator.bonded]).toEqual(["waiting", `${BOND_COINS}00000000`]);
    await page.getByRole("link", { name: `into the bond of ${owner.name}` }).click();
    await page.getByText("counts once the block that made it is final").waitFor();
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
    expect(await rows()).toEqual(items.map(({ address }) => address));
    await page.getByRole("button", { name: "Bonded, coins" }).click();
    await page.getByRole("button", { name: "Bonded, coins" }).click();
    const smallestFirst = items.toSorted((a, b) => Number(BigInt(a.bonded) - BigInt(b.bonded)));
    expect((await rows())[0]).toBe(smallestFirst[0]!.address);
    expect(await page.getByRole("link", { name: "Mining" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(LOOKS)(
    "every page at $width px, $scheme: nothing cut off, nothing foreign, nothing for axe",
    async (look) => {
      // Pictures that are kept show a chain that has been running for a while.
      const epoch = async (): Promise<number> => (await session.client.stake.finality()).epoch;
      await expect
        .poll(epoch, { ...POLL, timeout: keepsShots ? 240_000 : POLL.timeout })
        .toBeGreaterThan(keepsShots ? 5 : 0);
      const { page, context, complaints } = await openPage(session, look);
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
      const shotPath = (name: string, to: string): string =>
        join(keepsShots && to === "" ? GUIDES : shots, `${name}${to}.png`);
      const found = await lookAtPages(page, look, places, { shotPath });
      expect([...found, ...complaints]).toEqual([]);
      await context.close();
    },
  );
});
