/** What a browser is told about the pages: nothing comes from, or goes to, another host. */
import helmet from "@fastify/helmet";
import type { App } from "./app.ts";

export async function installSecurityHeaders(app: App, connectSources: readonly string[]): Promise<void> {
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The miner of the page is WebAssembly, which this lets be compiled; text still never becomes a script.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        // Dialogs of the component library set styles on the page while they are open.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ...connectSources],
        workerSrc: ["'self'", "blob:"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Pages come over plain HTTP from this machine; a promise of HTTPS would break them.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "no-referrer" },
  });
  app.addHook("onRequest", async (request, reply) => {
    // Answers for programs are many and small; a browser must only not take them for something else.
    if (request.url.startsWith("/v1/")) reply.header("x-content-type-options", "nosniff");
    else await reply.helmet();
  });
}
