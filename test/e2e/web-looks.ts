/** Pages looked at in several sizes and schemes: nothing cut off, nothing for axe; and each in a picture. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Look } from "./web-session.ts";

export const WIDE = { width: 1280, height: 800 } as const;
export const PHONE = { width: 390, height: 844 } as const;
export const POLL = { timeout: 30_000, interval: 200 } as const;

const ROOT = "document.documentElement";

export type NamedLook = Look & { readonly name: string };
export type Place = readonly [name: string, path: string];

export interface LookingParts {
  readonly shotPath: (name: string, look: string) => string;
  /** What must be there before the picture, after the page has settled. */
  readonly prepare?: (name: string, page: Page) => Promise<void>;
}

/** @returns what is wrong, in words; the dashboard must also fit on a wide screen */
export async function lookAtPages(
  page: Page,
  look: NamedLook,
  places: readonly Place[],
  { shotPath, prepare }: LookingParts,
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, path] of places) {
    await page.goto(path);
    await settled(page);
    await prepare?.(name, page);
    const cut = await page.evaluate<number>(`${ROOT}.scrollWidth - ${ROOT}.clientWidth`);
    if (cut > 0) found.push(`${name} is ${cut} px too wide`);
    if (name === "dashboard" && look.width === WIDE.width) {
      const tall = await page.evaluate<number>(`${ROOT}.scrollHeight`);
      if (tall > WIDE.height) found.push(`the dashboard is ${tall} px tall`);
    }
    await page.screenshot({ path: shotPath(name, look.name), animations: "disabled" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === "serious" || impact === "critical") found.push(`${name}: ${id} at ${nodes[0]?.target.join(" ")}`);
  }
  return found;
}

/** The page has a heading, and nothing on it is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor({ state: "attached" });
  await page.getByText("Live", { exact: true }).waitFor();
  await expect.poll(() => page.locator("main [data-loading]").count(), POLL).toBe(0);
}
