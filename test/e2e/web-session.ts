/** A devnet in processes of its own, and a browser whose complaints are kept. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { Client } from "#api/contract";
import { asHash, fromHex } from "#base";
import { buildRecord, buildTransfer, devAccount } from "#wallet/core";
import { ensureWebBuilt } from "../../scripts/build-web.ts";
import { findProgram } from "../support/requires.ts";
import { createTempFolder } from "../support/temp.ts";
import { type DevnetUnderTest, startDevnet } from "./devnet-under-test.ts";

const STOP_MS = 20_000;
/** For what hangs; a browser and four nodes on a busy machine are slow. */
const ACTION_MS = 120_000;

export interface WebSession extends AsyncDisposable {
  readonly url: string;
  /** The console's. */
  readonly token: string;
  /** With the console's token. */
  readonly client: Client;
  readonly browser: Browser;
}

/**
 * Three nodes, the console and a browser; all end with the session.
 * @param more what the devnet is told besides
 */
export async function openWebSession(more: readonly string[] = []): Promise<WebSession> {
  await using stack = new AsyncDisposableStack();
  const built: string[] = [];
  const { ok } = await ensureWebBuilt({ log: (line) => built.push(line) });
  if (!ok) throw new Error(`the pages do not build: ${built.join("\n")}`);
  const folder = stack.use(await createTempFolder("agon-web"));
  const devnet = stack.adopt(await startDevnet(join(folder.dir, "data"), ["--nodes", "3", ...more]), endDevnet);
  const browser = stack.adopt(await launchBrowser(), (opened) => opened.close());
  const token = (await readFile(join(folder.dir, "data", "api-token"), "utf8")).trim();
  const owned = stack.move();
  return { url: devnet.url, token, client: devnet.client, browser, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function endDevnet({ stop }: DevnetUnderTest): Promise<void> {
  const timer = setTimeout(() => void stop("SIGKILL"), STOP_MS);
  await stop("SIGTERM");
  clearTimeout(timer);
}

function launchBrowser(): Promise<Browser> {
  const executablePath = findProgram("chromium");
  if (executablePath === null) throw new Error("chromium is not installed");
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu-watchdog",
  ];
  return chromium.launch({
    ...{ executablePath, timeout: ACTION_MS },
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...quiet],
  });
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the console, exceptions, and requests to anybody but the server; in words. */
  readonly complaints: string[];
}

export async function openPage({ browser, url }: WebSession, { width, height, scheme }: Look): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    baseURL: url,
  });
  context.setDefaultTimeout(ACTION_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const { url: source } = message.location();
    if (message.type() === "error") complaints.push(`console at ${page.url()}: ${message.text()} ${source}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception at ${page.url()}: ${error.message}`));
  page.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(`${url}/`) && !/^(data|blob):/.test(target)) complaints.push(`foreign request: ${target}`);
  });
  return { page, context, complaints };
}

/** Sends transfers between the dev accounts, and one record for each text. @returns the records' transaction ids */
export async function sendTraffic(client: Client, transfers: number, records: readonly string[]): Promise<string[]> {
  const status = await client.status();
  const chainId = asHash(fromHex(status.chain.id)!);
  const { accounts } = await client.devnet.accounts();
  const ids: string[] = [];
  const send = async (bytes: Uint8Array): Promise<string> => {
    const [result] = (await client.submitBytes(bytes)).results;
    if (result === undefined || "error" in result) throw new Error(`refused: ${JSON.stringify(result)}`);
    return result.id;
  };
  for (let index = 1; index <= 8; index++) {
    const { seed } = devAccount(index);
    let nonce = (await client.account(accounts[index]!.address)).pendingNonce;
    for (let i = index; i <= transfers; i += 8) {
      const outputs = [{ to: devAccount((index + i) % 10).address, amountAtoms: BigInt(i) * 123_456_789n }];
      await send(buildTransfer({ chainId, seed, nonce: nonce++, outputs }).bytes);
    }
    if (index > 1) continue;
    for (const text of records) {
      const record = { mediaType: 0, data: new TextEncoder().encode(text) } as const;
      ids.push(await send(buildRecord({ chainId, seed, nonce: nonce++, record }).bytes));
    }
  }
  return ids;
}
