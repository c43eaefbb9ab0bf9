/** Pages looked at in several sizes and schemes: nothing cut off, nothing for axe; and in pictures, when asked for. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { repositoryRoot } from "../support/root.ts";

export const WIDE = { width: 1280, height: 800 } as const;
export const PHONE = { width: 390, height: 844 } as const;
export const POLL = { timeout: 120_000, interval: 200 } as const;
/** For what hangs, when a test looks at every page. */
export const PAGES_MS = 1_200_000;
/** What is wrong for so long stays so: by then a page is whole again that was being drawn anew, or whose node stood still. */
const PASSING_MS = 20_000;
const LEAST_LOOKS = 3;
const LOOK_EVERY_MS = 500;

const ROOT = "document.documentElement";

/** Until a frame has been drawn, a colour that changes gradually is still the old one, however short the change. */
const COLOURS_SETTLED = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
  Promise.allSettled(
    document.getAnimations().filter((one) => one instanceof CSSTransition).map(({ finished }) => finished)))`;

const SCHEMES = ["light", "dark"] as const;
export type Scheme = (typeof SCHEMES)[number];
/** Pictures of every page are made to be looked at, when asked for. */
export const SHOTS = process.env.AGON_SCREENSHOTS === "1" ? join(repositoryRoot, "docs", "guides") : null;

export type Place = readonly [name: string, path: string];

export interface LookingParts {
  /** Where a picture is kept, if it is. */
  readonly shotPath: (name: string, scheme: Scheme) => string | null;
  /** What must be there before the picture, after the page has settled. */
  readonly prepare?: (name: string, page: Page) => Promise<void>;
}

/**
 * Each page is loaded once and looked at in both schemes, which changes colours and nothing else.
 * @returns what is wrong, in words; the dashboard must also fit on a wide screen
 */
export async function lookAtPages(
  page: Page,
  places: readonly Place[],
  { shotPath, prepare }: LookingParts,
): Promise<string[]> {
  const found: string[] = [];
  const isWide = page.viewportSize()?.width === WIDE.width;
  for (const [name, path] of places) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(path);
    await settled(page);
    await prepare?.(name, page);
    found.push(...(await lasting(() => measureFaults(page, name, isWide))));
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(COLOURS_SETTLED);
      const path = shotPath(name, colorScheme);
      if (path !== null) await page.screenshot({ path, animations: "disabled" });
      const faults = await lasting(() => accessibilityFaults(page, colorScheme));
      found.push(...faults.map((fault) => `${name}, ${colorScheme}: ${fault}`));
    }
  }
  return found;
}

/** @returns what is still wrong at the last of several looks */
async function lasting(look: () => Promise<string[]>): Promise<string[]> {
  const endMs = performance.now() + PASSING_MS;
  for (let looks = 1; ; looks++) {
    const faults = await look();
    if (faults.length === 0 || (looks >= LEAST_LOOKS && performance.now() >= endMs)) return faults;
    await sleep(LOOK_EVERY_MS);
  }
}

async function measureFaults(page: Page, name: string, isWide: boolean): Promise<string[]> {
  const faults: string[] = [];
  const cut = await page.evaluate<number>(`${ROOT}.scrollWidth - ${ROOT}.clientWidth`);
  if (cut > 0) faults.push(`${name} is ${cut} px too wide`);
  const tall = await page.evaluate<number>(`${ROOT}.scrollHeight`);
  if (name === "dashboard" && isWide && tall > WIDE.height) faults.push(`the dashboard is ${tall} px tall`);
  return faults;
}

/** In the dark only the colours have changed. Our pages have no frames, which the mode for old browsers does not look into. */
async function accessibilityFaults(page: Page, scheme: Scheme): Promise<string[]> {
  const rules = scheme === "dark" ? { runOnly: ["color-contrast"] } : {};
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"], ...rules }).setLegacyMode();
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(" ")}`);
}

/** The page has a heading, and nothing on it is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor({ state: "attached" });
  await page.getByText("Live", { exact: true }).waitFor();
  await expect.poll(() => page.locator("main [data-loading]").count(), POLL).toBe(0);
}
