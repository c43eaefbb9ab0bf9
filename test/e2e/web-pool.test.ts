/** The pages of a devnet's pool: what they say is what the pool, the nodes and the explorer say. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { PoolCredit } from "#api/contract";
import { formatAddress } from "#crypto";
import { devAccount, formatCoins } from "#wallet/core";
import { freePortRange } from "../support/ports.ts";
import { absentProgram } from "../support/requires.ts";
import { StratumMiner } from "./stratum-miner.ts";
import { lookAtPages, PAGES_MS, PHONE, POLL, type Scheme, SHOTS, settled, WIDE } from "./web-looks.ts";
import { openPage, openWebSession, type WebSession } from "./web-session.ts";

const [ALICE, BOB, NOBODY] = [3, 4, 9].map((index) => formatAddress(devAccount(index).address, "tagon"));
const BLOCKS = 3;
const MATURITY = 10;
const DEPTH = 10;
/** For what a test does itself until it is so. */
const PATIENCE = { ...POLL, interval: 50 };
/** Pictures show a pool that has been mined at for some minutes. */
const MINED_MS = SHOTS === null ? 0 : 170_000;

describe.skipIf(absentProgram("chromium"))("the pages of a devnet with a pool", { timeout: PAGES_MS }, () => {
  let session: WebSession;
  let port: number;

  beforeAll(async () => {
    port = await freePortRange(2);
    // The node finds nothing by itself: what moves is what the test does.
    session = await openWebSession(["--nodes", "1", "--pool", "--pool-port", String(port), "--hash-rate", "0"]);
  });
  afterAll(async () => session?.[Symbol.asyncDispose]());

  const shotPath =
    (size: typeof WIDE | typeof PHONE, kept: readonly string[]) =>
    (name: string, scheme: Scheme): string | null =>
      SHOTS !== null && size === WIDE && scheme === "light" && kept.includes(name) ? join(SHOTS, `${name}.png`) : null;

  test("before anybody has mined, they say how to begin, and who is unknown", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/");
    await page.getByRole("link", { name: "Pool", exact: true }).click();
    await page.getByText("Nobody has mined here yet").waitFor();
    const command = `agon mine --pool stratum+tcp://127.0.0.1:${port} --address`;
    await page.getByText(command).first().waitFor();
    expect(await lookAtPages(page, [["pool-empty", "/pool"]], { shotPath: shotPath(WIDE, []) })).toEqual([]);
    await page.goto("/mining");
    await page.getByText(command).waitFor();
    await page.goto("/pool");
    const mine = page.getByRole("region", { name: "My miner" });
    await mine.getByLabel("Address").fill("tagon1nonsense");
    await mine.getByText("Neither an address of this chain (tagon1…) nor a name known here").waitFor();
    await expect.poll(() => mine.getByRole("button", { name: "Show" }).isDisabled(), POLL).toBe(true);
    expect(complaints).toEqual([]);
    await mine.getByLabel("Address").fill("dev-9");
    await mine.getByRole("button", { name: "Show" }).click();
    await page.getByText("Nothing of this address yet").waitFor();
    expect(page.url()).toBe(`${session.url}/pool/miners/${NOBODY}`);
    await page.getByText(`--address ${NOBODY}`).first().waitFor();
    await page.goto("/pool/miners/tagon1nonsense");
    await page.getByText("No address of this chain").waitFor();
    // A browser writes each answer of 400 or 404 on its console; nothing else was there.
    expect(complaints.filter((text) => !/status of 40[04]/.test(text))).toEqual([]);
    await context.close();
  });

  test("blocks, finders, shares of the work and payouts are those that pool and chain tell", async () => {
    await mineBlocks();
    const { pool } = session.client;
    const [status, { items: rounds }] = await Promise.all([pool.status(), pool.rounds()]);
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/pool");
    await settled(page);
    const figures = page.getByRole("region", { name: "Figures of the pool" });
    const { confirmed, pending } = status.blocks;
    await expect
      .poll(async () => (await figures.innerText()).replaceAll(/\s+/g, " "), POLL)
      .toContain(`Blocks ${confirmed + pending} ${pending} maturing`);

    await page.getByRole("link", { name: "Rounds", exact: true }).click();
    await page.getByRole("heading", { name: "Rounds" }).waitFor();
    await settled(page);
    const row = (id: number | string) => page.locator(`[data-row="${id}"]`);
    for (const { id, block } of rounds) {
      if (block === null) continue;
      await expect
        .poll(() => hrefs(page, `[data-row="${id}"]`), POLL)
        .toEqual([`/pool/rounds/${id}`, `/blocks/${block.hash}`, `/pool/miners/${block.finder}`]);
    }

    // Who found it, from the pool to the explorer and back.
    const { id, block } = rounds.find(({ block }) => block?.state === "confirmed")!;
    const inChain = await session.client.block(block!.hash);
    expect(inChain).toMatchObject({ proposer: status.address, canonical: true, height: block!.height });
    await row(id).locator(`a[href="/blocks/${block!.hash}"]`).click();
    await page.getByText("Producer").waitFor();
    const facts = page.getByRole("region", { name: "What it says" });
    await facts.getByRole("link", { name: `round ${id}` }).waitFor();
    const links = [`/accounts/${status.address}`, `/pool/miners/${block!.finder}`, `/pool/rounds/${id}`];
    await expect.poll(() => hrefs(page, "main dl"), POLL).toEqual(expect.arrayContaining(links));
    await facts.getByRole("link", { name: `round ${id}` }).click();
    await page.getByRole("heading", { name: `Round ${id}` }).waitFor();
    await page.locator(`a[href="/blocks/${block!.hash}"]`).waitFor();
    const { parts } = await pool.round(id);
    for (const { address, amount } of parts)
      expect(await row(address).locator("[data-column=amount] [title]").getAttribute("title")).toBe(`${amount} atoms`);

    await page.goto(`/pool/miners/${ALICE}`);
    await settled(page);
    const [{ items: credits }, { items: paid }] = await Promise.all([pool.credits(ALICE!), pool.minerPayouts(ALICE!)]);
    const credited = page.getByRole("region", { name: "Credits, table" }).locator("tbody tr");
    await expect.poll(() => credited.count(), POLL).toBe(credits.length);
    for (const [index, credit] of credits.entries()) {
      const line = credited.nth(index);
      expect(await line.locator("[data-column=amount] [title]").getAttribute("title")).toBe(`${credit.amount} atoms`);
      expect(await line.locator("[data-column=why]").innerText()).toContain(`× ${credit.myWork} ÷ ${credit.totalWork}`);
      expect(String(amountOf(credit))).toBe(credit.amount);
    }
    expect(paid.length).toBeGreaterThan(0);
    for (const { id, transaction, amount, gross, fee } of paid) {
      const line = page.getByRole("region", { name: "Payments, table" }).locator(`[data-row="${id}"]`);
      expect(await line.locator("[data-column=amount] [title]").getAttribute("title")).toBe(`${amount} atoms`);
      const why = await line.locator("[data-column=why]").innerText();
      expect(why).toBe(`${formatCoins(BigInt(gross))} owed − ${formatCoins(BigInt(fee))} fee`);
      expect(await line.locator("a").getAttribute("href")).toBe(`/transactions/${transaction}`);
    }
    await page.goto("/pool/payouts");
    await settled(page);
    const { items: payouts } = await pool.payouts();
    for (const { id, cost } of payouts)
      expect(await row(id).locator("[data-column=cost] [title]").getAttribute("title")).toBe(`${cost} atoms`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each([WIDE, PHONE])(
    "every page at $width px, light and dark: nothing cut off, nothing foreign, nothing for axe",
    async (size) => {
      const { page, context, complaints } = await openPage(session, { ...size, scheme: "light" });
      const { items } = await session.client.pool.rounds();
      const { id, block } = items.find(({ block }) => block?.state === "confirmed")!;
      const places = [
        ["pool", "/pool"],
        ["pool-miner", `/pool/miners/${ALICE}`],
        ["pool-rounds", "/pool/rounds"],
        ["pool-round", `/pool/rounds/${id}`],
        ["pool-payouts", "/pool/payouts"],
        // Else it is the page of any block.
        ...(size === WIDE ? ([["pool-block", `/blocks/${block!.hash}`]] as const) : []),
      ] as const;
      const found = await lookAtPages(page, places, { shotPath: shotPath(size, ["pool", "pool-miner"]) });
      expect([...found, ...complaints]).toEqual([]);
      await context.close();
    },
  );

  test("the pool's own server names its node, and takes a threshold that is checked as typed and signed in the page", async () => {
    const { api } = await session.client.devnet.pool();
    const { page, context, complaints } = await openPage({ ...session, url: api! }, { ...PHONE, scheme: "light" });
    await page.goto("/mining");
    await page.getByText("A page needs a node to mine").waitFor();
    await page.goto("/network");
    await page.getByText("the pool's node").first().waitFor();
    await page.goto(`/pool/miners/${ALICE}`);
    const form = page.getByRole("form", { name: "Threshold" });
    await form.getByLabel("Pay dev-3 from").fill("0.5");
    await form.getByText("The least that this pool takes is 1").waitFor();
    await form.getByLabel("Pay dev-3 from").fill("20");
    await form.getByRole("button", { name: "Sign and set" }).click();
    await form.getByText("paid from 20 coins on").waitFor();
    const { pool } = session.client;
    expect(await pool.miner(ALICE!)).toMatchObject({ threshold: "2000000000", thresholdFrom: "miner" });
    await form.getByRole("button", { name: "Use the pool's" }).click();
    await page.getByText("the pool's, for everybody who has not set one").waitFor();
    expect((await pool.miner(ALICE!)).thresholdFrom).toBe("pool");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a pool that is away says so, and is started from the page", async () => {
    const { page, context } = await openPage(session, { ...PHONE, scheme: "dark" });
    expect(await session.client.devnet.orderPool("kill")).toMatchObject({ state: "stopped", note: "killed" });
    await page.goto("/pool");
    await page.getByText("The pool is away").waitFor();
    await page.getByText("the pool of this devnet does not run: stopped, killed").waitFor();
    await page.getByLabel("Token for orders").fill(session.token);
    await page.getByRole("button", { name: "Start the pool" }).click();
    await page.getByRole("region", { name: "Figures of the pool" }).waitFor();
    expect(await session.client.devnet.pool()).toMatchObject({ state: "running", account: "dev-8" });
    await context.close();
  });

  /** Until both miners have been paid for blocks that the chain keeps. */
  async function mineBlocks(): Promise<void> {
    const { client } = session;
    const miners = await Promise.all([ALICE!, `${BOB}.attic`].map((user) => StratumMiner.connect(port, user)));
    const endMs = performance.now() + MINED_MS;
    let isDone = false;
    const search = miners.map((miner) => miner.mine(() => isDone));
    await vi.waitFor(
      async () => {
        // Else the pool looks every two seconds, and a fast machine finds many more blocks than are wanted.
        if (SHOTS === null) await client.pool.pay();
        const divided = (await loadBlocks()).filter(({ reward }) => reward !== null);
        expect(divided.length).toBeGreaterThanOrEqual(BLOCKS);
        expect(new Set(divided.map(({ finder }) => finder)).size).toBe(2);
        // How the shares of a block fall out is luck, and whose are few is not paid for it.
        for (const address of [ALICE!, BOB!]) {
          const { immature, owed, paying, paid, threshold } = await client.pool.miner(address);
          const earned = [immature, owed, paying, paid].reduce((sum, atoms) => sum + BigInt(atoms), 0n);
          expect(earned).toBeGreaterThanOrEqual(BigInt(threshold));
        }
        expect(performance.now()).toBeGreaterThan(endMs);
      },
      { ...PATIENCE, timeout: MINED_MS + PATIENCE.timeout },
    );
    isDone = true;
    await Promise.all(search);
    if (SHOTS === null) for (const miner of miners) miner.close();
    // A block that is still on its way to the node would be too late.
    await vi.waitFor(async () => {
      await client.pool.pay();
      const open = (await loadBlocks()).filter(({ state, refused }) => state === "pending" && refused === null);
      for (const { reward } of open) expect(reward).not.toBeNull();
    }, PATIENCE);
    await client.mine({ blocks: MATURITY + 1 });
    await bury(async () => (await client.pool.status()).blocks.pending === 0);
    await bury(async () => {
      const { items } = await client.pool.payouts();
      return items.length > 0 && items.every(({ state }) => state === "confirmed");
    });
  }

  async function loadBlocks() {
    const { items } = await session.client.pool.rounds({ limit: 100 });
    return items.flatMap(({ block }) => block ?? []);
  }

  async function bury(isDone: () => Promise<boolean>): Promise<void> {
    await vi.waitFor(async () => {
      await session.client.pool.pay();
      if (await isDone()) return;
      await session.client.mine({ blocks: DEPTH / 5 });
      throw new Error("not yet");
    }, PATIENCE);
  }
});

function hrefs(page: Page, selector: string): Promise<(string | null)[]> {
  return page.locator(`${selector} a`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
}

/** The formula that the page shows, with the numbers beside it. */
function amountOf({ reward, fee, myWork, totalWork, remainder }: PoolCredit): bigint {
  return ((BigInt(reward!) - BigInt(fee!)) * BigInt(myWork)) / BigInt(totalWork!) + BigInt(remainder);
}
