import packageJson from "../../package.json" with { type: "json" };

export const VERSION: string = packageJson.version;
/** What the node calls itself to its peers. */
export const AGENT = `agon/${VERSION}`;
