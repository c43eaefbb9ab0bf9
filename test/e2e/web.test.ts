/** The pages of a real devnet in a real browser: what they show is what the nodes say, everywhere they are looked at. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentProgram } from "../support/requires.ts";
import { whenCaughtUp } from "./devnet-under-test.ts";
import { lookAtPages, PAGES_MS, PHONE, type Place, POLL, SHOTS, settled, WIDE } from "./web-looks.ts";
import { openPage, openWebSession, sendTraffic, type WebSession } from "./web-session.ts";

const FIRST_LOAD_LIMIT_BYTES = 300_000;
const RECORDS = [
  JSON.stringify({ match: 1, winner: "p3", stats: [242, 0.137, 189.16] }),
  '{ "spaces":  "are kept", "n": 1.0 }',
];

const PICTURE_HEIGHT = 12;
/** A node that catches up with others gives no work, and takes none that is old; the page asks again. */
const TOO_LATE = /status of (404|410|422|503) .*\/v1\/mining\//;
/** For a page to tell of what its node has told it; then it is asked to tell of something else. */
const TOLD_MS = 5_000;

describe.skipIf(absentProgram("chromium"))("the pages of a devnet", { timeout: PAGES_MS }, () => {
  let session: WebSession;

  const shotPath = (name: string, look: string): string | null => {
    const isShown = look === "" || name === "dashboard" || name === "review";
    return SHOTS !== null && isShown ? join(SHOTS, `${name}${look}.png`) : null;
  };

  beforeAll(async () => {
    session = await openWebSession();
  }, PAGES_MS);
  afterAll(async () => session?.[Symbol.asyncDispose]());

  test("the dashboard's rows are the nodes' heads, and change without a reload", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/");
    await page.evaluate("window.notReloaded = true");
    // The nodes go on: a row is right that has been so.
    const said = new Set<string>();
    const agree = async (): Promise<boolean> => {
      for (const row of await headsOfApi(session)) said.add(JSON.stringify(row));
      const rows = await headsOfPage(page);
      return rows.length === 3 && rows.every((row) => said.has(JSON.stringify(row)));
    };
    await expect.poll(agree, POLL).toBe(true);
    const before = await headsOfPage(page);
    await whenCaughtUp(() => session.client.devnet.mine("node-2", { blocks: 2 }));
    const height = (await session.client.status()).head.height;
    await expect
      .poll(() => heightsOfPage(page).then((heights) => Math.min(...heights)), POLL)
      .toBeGreaterThanOrEqual(height);
    await expect.poll(agree, POLL).toBe(true);
    await expect.poll(() => headsOfPage(page), POLL).not.toEqual(before);
    const hasTile = async (): Promise<number> => {
      const { head } = await session.client.status();
      return page.locator(`[data-tile="${head.height}"]`).count();
    };
    await expect.poll(hasTile, POLL).toBe(1);
    expect(await page.evaluate("window.notReloaded")).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the first load is small", async () => {
    const { page, context } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/");
    await settled(page);
    await page.locator("canvas").first().waitFor({ state: "attached" });
    const sizes = await page.evaluate<number[]>(`
      [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
        .filter((entry) => !entry.name.includes("/v1/"))
        .map((entry) => entry.encodedBodySize)`);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThan(FIRST_LOAD_LIMIT_BYTES);
    await context.close();
  });

  test("the search knows heights, hashes, transactions, addresses and names, by keyboard alone", async () => {
    const [record] = await sendTraffic(session.client, 0, [RECORDS[0]!]);
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "dark" });
    // The search knows the names that have come.
    const names = ["accounts", "nodes"].map((what) =>
      page.waitForResponse((response) => response.url().endsWith(`/v1/devnet/${what}`)),
    );
    await page.goto("/");
    await Promise.all(names);
    // A key that comes before the page is drawn goes nowhere.
    await page.getByText("Skip to content").waitFor({ state: "attached" });
    await page.bringToFront();
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to content");
    const block = await session.client.block(1);
    const { accounts } = await session.client.devnet.accounts();
    const leads: readonly (readonly [string, string])[] = [
      ["1", "/blocks/1"],
      [block.hash, `/blocks/${block.hash}`],
      [record!, `/transactions/${record}`],
      [accounts[4]!.address, `/accounts/${accounts[4]!.address}`],
      ["dev-7", `/accounts/${accounts[7]!.address}`],
      ["node-3", "/network"],
    ];
    for (const [text, path] of leads) {
      await page.locator("body").press("/");
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
      await expect.poll(() => new URL(page.url()).pathname, POLL).toBe(path);
      await expect.poll(() => page.locator("h1").count(), POLL).toBe(1);
    }
    // The second is typed while the first still leads somewhere.
    for (const text of ["2", "99999999"]) {
      await page.locator("body").press("/");
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    }
    await page.getByText("There is no block 99999999 yet").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("faucet and sending: checked as typed, reviewed, pending, included in place", async () => {
    const { page, context, complaints } = await openPage(session, { ...PHONE, scheme: "light" });
    const { accounts } = await session.client.devnet.accounts();
    const to = accounts[6]!.address;
    const balance = async (): Promise<bigint> => BigInt((await session.client.account(to)).balance);
    const before = await balance();
    await page.goto("/wallet");
    const faucet = page.getByRole("region", { name: "Faucet" });
    await faucet.getByLabel("Address").fill(`${to.slice(0, -1)}b`);
    await faucet.getByText("a letter is wrong or missing").waitFor();
    await faucet.getByLabel("Address").fill(to);
    await faucet.getByRole("button", { name: "Give" }).click();
    await page.locator("[data-sent]").first().waitFor();

    const send = page.getByRole("region", { name: "Send", exact: true });
    await send.getByLabel("To").fill(to);
    await send.getByLabel("Amount").fill("1e3");
    await send.getByText("at most eight decimals").waitFor();
    await send.getByLabel("Amount").fill("2.5");
    const leastFee = await send.getByLabel("Fee").inputValue();
    await send.getByLabel("Fee").fill("50");
    await send.getByRole("button", { name: "Review" }).click();
    await send.getByRole("alert").getByText("times the least that the chain takes").waitFor();
    await send.getByRole("button", { name: "Change" }).click();
    await send.getByLabel("Fee").fill(leastFee);
    await send.getByRole("button", { name: "Review" }).click();
    await send.getByText("The recipient gets").waitFor();
    await send.getByRole("alert").waitFor({ state: "detached" });
    const picture = shotPath("review", "-phone");
    if (picture !== null) await page.screenshot({ path: picture });
    await send.getByRole("button", { name: "Sign and send" }).click();
    await expect.poll(() => page.locator("[data-sent]").count(), POLL).toBe(2);
    await expect.poll(() => page.locator("[data-sent][data-status=included]").count(), POLL).toBe(2);
    await expect.poll(async () => (await balance()) - before, POLL).toBe(1_250_000_000n);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a record is found, shown, and has the digest of the very bytes", async () => {
    const [, spaced] = await sendTraffic(session.client, 0, RECORDS);
    await expect.poll(async () => (await session.client.transaction(spaced!)).status, POLL).toBe("included");
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/records");
    await page.locator(`a[href="/records/${spaced}"]`).click();
    await page.getByRole("tab", { name: "Text" }).click();
    await page.getByText(RECORDS[1]!, { exact: true }).waitFor();
    const digest = createHash("sha256").update(RECORDS[1]!).digest("hex");
    await page.locator(`[title="${digest}"]`).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the browser itself checks an account down to the work", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    const { accounts } = await session.client.devnet.accounts();
    await page.goto(`/accounts/${accounts[9]!.address}`);
    const proof = page.getByRole("region", { name: "Proof" });
    await proof.getByRole("button", { name: "Check in this browser" }).click();
    await proof.getByText("Its state root holds exactly this account").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a page mines blocks, and goes on while others are looked at", async () => {
    const { page, context, complaints } = await openPage(session, { ...WIDE, scheme: "light" });
    const { accounts } = await session.client.devnet.accounts();
    await page.goto("/");
    await page.getByRole("link", { name: "Mining" }).click();
    await page.getByLabel("Pay to").selectOption({ label: "dev-5" });
    const start = page.getByRole("button", { name: "Start mining" });
    expect(await start.isDisabled()).toBe(true);
    await page.getByLabel("Token").fill("not-the-token-of-this-devnet");
    await start.click();
    await page.getByText("This is not the token").waitFor();
    await expect.poll(() => complaints, POLL).toEqual([expect.stringContaining("401")]);
    complaints.length = 0;
    await page.getByLabel("Token").fill(session.token);
    await start.click();
    const rows = page.locator("[aria-label='Blocks found here, table'] tbody tr");
    await expect.poll(() => rows.count(), POLL).toBeGreaterThan(1);
    await page.getByRole("link", { name: "Overview" }).last().click();
    await page.goBack();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Nothing is searched").waitFor();
    const hash = await rows.last().locator("[title]").first().getAttribute("title");
    const block = await session.client.block(hash!);
    expect(block.proposer).toBe(accounts[5]!.address);

    const hide = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
    await page.getByLabel("Rest while this page is hidden").check();
    await page.getByRole("button", { name: "Start mining" }).click();
    await page.getByText("Searching block").waitFor();
    await hide(true);
    await page.getByText("Resting").waitFor();
    await hide(false);
    await page.getByText("Searching block").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    expect(complaints.filter((one) => !TOO_LATE.test(one))).toEqual([]);
    await context.close();
  });

  test.each([WIDE, PHONE])(
    "every page at $width px, light and dark: nothing cut off, nothing foreign, nothing for axe",
    async (size) => {
      const [record] = await sendTraffic(session.client, 40, [RECORDS[0]!]);
      const { page, context, complaints } = await openPage(session, { ...size, scheme: "light" });
      const { accounts } = await session.client.devnet.accounts();
      const places: readonly Place[] = [
        ["dashboard", "/"],
        ["blocks", "/blocks"],
        ["block", "/blocks/2"],
        ["transaction", `/transactions/${record}`],
        ["record", `/records/${record}`],
        ["records", "/records"],
        ["mempool", "/mempool"],
        ["account", `/accounts/${accounts[1]!.address}`],
        ["accounts", "/accounts"],
        ["network", "/network"],
        ["wallet", "/wallet"],
        ["mining", "/mining"],
      ];
      const width = size === WIDE ? "" : "-phone";
      const found = await lookAtPages(page, places, {
        shotPath: (name, scheme) => shotPath(name, scheme === "light" ? width : `${width}-dark`),
        prepare: async (name) => (name === "dashboard" ? makePicture(session, page) : undefined),
      });
      expect([...found, ...complaints]).toEqual([]);
      await context.close();
    },
  );

  test("a table wider than a phone shows at which edge there is more, and scrolls by keyboard", async () => {
    const { page, context, complaints } = await openPage(session, { ...PHONE, scheme: "light" });
    await page.goto("/network");
    const table = page.getByRole("region", { name: "Nodes, table" });
    const edges = () =>
      table.evaluate(({ parentElement }) =>
        ["left", "right"].filter((at) => parentElement?.hasAttribute(`data-more-${at}`)),
      );
    await expect.poll(edges, POLL).toEqual(["right"]);
    await table.press("ArrowRight");
    await expect.poll(edges, POLL).toEqual(["left", "right"]);
    await table.evaluate((box) => box.scrollTo(box.scrollWidth, 0));
    await expect.poll(edges, POLL).toEqual(["left"]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a node that goes is seen to go, and to come back", async () => {
    const { page, context } = await openPage(session, { ...WIDE, scheme: "light" });
    await page.goto("/");
    await page.getByLabel("Node that the page reads from").selectOption("node-3");
    await page.getByText("Live", { exact: true }).waitFor();
    await session.client.devnet.kill("node-3");
    await page.getByText("Connection lost").waitFor();
    await page.locator('[data-row="node-3"] [data-column="state"]').getByText("stopped").waitFor();
    await session.client.devnet.start("node-3");
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.getByText("Connection lost").count(), POLL).toBe(0);
    await context.close();
  });
});

interface HeadRow {
  readonly name: string;
  readonly state: string;
  readonly height: number;
  readonly hash: string | null;
  readonly peers: number;
  readonly pid: string;
  readonly api: string | null;
}

/** The rows of the table of nodes, with the whole hash, which stands in the title. */
function headsOfPage(page: Page): Promise<HeadRow[]> {
  return page.locator("tr[data-row^=node-]").evaluateAll((rows) =>
    rows.map((row) => {
      const cell = (column: string) => row.querySelector(`[data-column="${column}"]`);
      const number = (column: string): number => Number(cell(column)?.textContent?.replace(/\D/g, ""));
      return {
        name: cell("name")?.textContent ?? "",
        state: cell("state")?.textContent ?? "",
        height: number("height"),
        hash: cell("head")?.querySelector("[title]")?.getAttribute("title") ?? null,
        peers: number("peers"),
        pid: cell("pid")?.textContent ?? "",
        api: cell("api")?.querySelector("a")?.getAttribute("href") ?? null,
      };
    }),
  );
}

async function heightsOfPage(page: Page): Promise<readonly number[]> {
  return (await headsOfPage(page)).map(({ height }) => height);
}

async function headsOfApi({ client }: WebSession): Promise<HeadRow[]> {
  const { nodes } = await client.devnet.nodes();
  return nodes.map(({ name, state, head, peers, pid, api }) => ({
    ...{ name, state, height: head?.height ?? 0, hash: head?.hash ?? null },
    ...{ peers, pid: `${pid}`, api: `${api}/v1/status` },
  }));
}

/** Some blocks, and transactions that wait: what the dashboard is there to show. */
async function makePicture({ client }: WebSession, page: Page): Promise<void> {
  const { height } = (await client.status()).head;
  const missing = PICTURE_HEIGHT - height;
  if (missing > 0) await whenCaughtUp(() => client.devnet.mine("node-2", { blocks: missing }));
  // Nobody hears of what came before the page has begun to listen.
  const sentence = page.getByText("entered the").first();
  const isTold = async (): Promise<boolean> => {
    await sendTraffic(client, 24, []);
    return sentence.waitFor({ timeout: TOLD_MS }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(isTold, POLL).toBe(true);
}
