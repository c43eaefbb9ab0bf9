/** The built web pages: files under one folder, and the entry page for every address that a page knows by itself. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { App } from "./app.ts";

/** Addresses that belong to programs: never answered with a page. */
const RESERVED = /^\/(v1|metrics|health|docs)(\/|$)/;

/** `folder` need not exist yet: a page that says so is served until it does. */
export async function installPages(app: App, folder: string): Promise<void> {
  const entry = join(folder, "index.html");
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    index: false,
    dotfiles: "deny",
  });
  app.get("/*", { schema: { hide: true } }, (request, reply) => {
    const path = request.url.split("?", 1)[0]!;
    if (RESERVED.test(path)) return reply.callNotFound();
    const file = decode(path);
    if (file === null) return reply.callNotFound();
    const hasExtension = /\.[a-z0-9]+$/i.test(file);
    if (hasExtension && file !== "/index.html") {
      if (!existsSync(join(folder, file))) return reply.callNotFound();
      const forever = file.startsWith("/assets/");
      return reply.sendFile(file, { maxAge: forever ? "365d" : 0, immutable: forever });
    }
    if (!existsSync(entry)) return reply.type("text/html; charset=utf-8").send(NOT_BUILT);
    return reply.sendFile("index.html", { maxAge: 0, cacheControl: true });
  });
}

/** @returns null for what is no path inside the folder */
function decode(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    return text.includes("\0") || text.includes("\\") || text.split("/").includes("..") ? null : text;
  } catch {
    return null;
  }
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Agon</title>
<h1>The node runs; its pages are not built</h1>
<p>A devnet builds them as it starts, and this page looks again every three seconds. By hand:
<code>npm run build:web</code>. Meanwhile there are:</p>
<ul>
<li><a href="/v1/status">status</a></li>
<li><a href="/docs">the description of the API</a></li>
<li><a href="/health">health</a></li>
</ul>
</html>
`;
