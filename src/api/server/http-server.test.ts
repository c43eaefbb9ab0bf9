import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { expect, onTestFinished, test, vi } from "vitest";
import { OperationError, silentLogger, systemClock, systemRandom } from "#base";
import { freePort } from "../../../test/support/ports.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./http-server.ts";
import type { Listening } from "./listen.ts";
import { HttpOptions } from "./options.ts";
import { openEventStream } from "./outlet.ts";

const Body = Type.Object(
  { blocks: Type.Integer({ minimum: 1, maximum: 1000 }), note: Type.Optional(Type.String()) },
  { title: "Body", additionalProperties: false },
);
const Query = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, default: 7 })) },
  { additionalProperties: false },
);

async function create(options: Partial<HttpServerOptions> = {}, logged: string[] = []): Promise<HttpServer> {
  const dir = tempDir();
  const server = await createHttpServer(
    {
      ...(Value.Default(HttpOptions, {}) as HttpOptions),
      port: 0,
      isPortFixed: true,
      tokenFile: join(dir, "api-token"),
      pagesFolder: join(dir, "pages"),
      about: { title: "Test", version: "1", description: "for tests" },
      ...options,
    },
    { log: { ...silentLogger, error: (text) => logged.push(text) }, clock: systemClock(), random: systemRandom() },
  );
  onTestFinished(() => server.stop());
  server.app.post("/v1/orders", { config: { token: true }, schema: { body: Body } }, ({ body }) => body);
  server.app.post("/v1/open", { schema: { body: Body } }, ({ body }) => body);
  server.app.get("/v1/list", { schema: { querystring: Query } }, ({ query }) => query);
  server.app.get("/v1/things/:id", () => ({}));
  server.app.get("/v1/broken", () => {
    throw new Error("a secret of the inside");
  });
  server.app.get("/v1/disk", () => {
    throw new OperationError("disk-full", "the disk is full");
  });
  server.app.get("/v1/stream", (_request, reply) => {
    server.streams.assertRoom();
    server.streams.add(openEventStream(reply, systemClock()));
  });
  return server;
}

async function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer & Listening> {
  const server = await create(options);
  return { ...server, ...(await server.start()) };
}

/** Sends any headers, also those that `fetch` keeps for itself. */
function send(
  url: string,
  headers: Record<string, string>,
  method = "GET",
  body = "",
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const json = { "content-type": "application/json" };
/** For what a stall of the machine may spoil: it is tried again. */
const PATIENT = { timeout: 30_000, interval: 10 };
const codeOf = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

test("every refusal has the same shape, a stable code and a sentence", async () => {
  const { url, token } = await start();
  const auth = { authorization: `Bearer ${token}` };
  const cases: readonly [string, string, Record<string, string>, string, number, string, RegExp][] = [
    ["GET", "/v1/none", {}, "", 404, "not-found", /nothing at \/v1\/none/],
    ["DELETE", "/v1/things/3", {}, "", 405, "method-not-allowed", /takes GET or HEAD, not DELETE/],
    ["GET", "/v1/orders", {}, "", 405, "method-not-allowed", /takes POST/],
    ["POST", "/v1/orders", json, '{"blocks":1}', 401, "unauthorized", /Bearer/],
    ["POST", "/v1/orders", { ...json, authorization: "Bearer wrong" }, "{}", 401, "unauthorized", /Bearer/],
    ["POST", "/v1/orders", { ...json, ...auth }, '{"blocks":0}', 400, "invalid-request", /`blocks` must be >= 1/],
    ["POST", "/v1/open", json, "{", 400, "invalid-json", /not valid JSON/],
    ["POST", "/v1/open", json, '{"__proto__":{"a":1},"blocks":1}', 400, "invalid-json", /not valid JSON/],
    ["POST", "/v1/open", json, "", 400, "invalid-json", /empty/],
    ["POST", "/v1/open", json, "{}", 400, "invalid-request", /the body lacks `blocks`/],
    ["POST", "/v1/open", json, '{"blocks":"1"}', 400, "invalid-request", /`blocks` must be integer/],
    ["POST", "/v1/open", json, '{"blocks":1.5}', 400, "invalid-request", /`blocks` must be integer/],
    ["POST", "/v1/open", json, '{"blocks":1,"b":2}', 400, "invalid-request", /has `b`, which is not known/],
    ["POST", "/v1/open", json, "[]", 400, "invalid-request", /the body/],
    ["POST", "/v1/open", json, `{"blocks":1,"note":"${"x".repeat(70_000)}"}`, 413, "body-too-large", /larger/],
    ["POST", "/v1/open", { "content-type": "text/plain" }, '{"blocks":1}', 415, "unsupported-media-type", /json/],
    [
      "POST",
      "/v1/open",
      { "content-type": "application/x-www-form-urlencoded" },
      "blocks=1",
      415,
      "unsupported-media-type",
      /json/,
    ],
    ["GET", "/v1/list?limit=x", {}, "", 400, "invalid-request", /`limit` must be integer/],
    ["GET", "/v1/list?limit=0", {}, "", 400, "invalid-request", /`limit` must be >= 1/],
    ["GET", "/v1/list?limit=-1", {}, "", 400, "invalid-request", /`limit` must be >= 1/],
    ["GET", "/v1/list?limt=1", {}, "", 400, "invalid-request", /the query has `limt`/],
    ["GET", "/v1/%zz", {}, "", 400, "invalid-request", /URL/],
    ["GET", `/v1/list?limit=${"1".repeat(3_000)}`, {}, "", 414, "url-too-long", /longer/],
    ["GET", "/v1/list", { "x-long": "x".repeat(20_000) }, "", 431, "headers-too-large", /headers/],
    ["GET", "/v1/disk", {}, "", 503, "disk-full", /the disk is full/],
    ["GET", "/v1/broken", {}, "", 500, "internal", /its log says more/],
  ];
  for (const [method, path, headers, body, status, code, sentence] of cases) {
    const reply = await send(
      `${url}${path}`,
      body === "" ? headers : { ...headers, "content-length": String(body.length) },
      method,
      body,
    );
    const what = `${method} ${path.slice(0, 40)} ${body.slice(0, 30)}`;
    expect([what, reply.status], reply.text).toEqual([what, status]);
    expect(reply.headers["content-type"], what).toMatch(/^application\/json/);
    const { error } = JSON.parse(reply.text) as { error: { code: string; message: string } };
    expect(error.code, what).toBe(code);
    expect(error.message, what).toMatch(sentence);
    expect(reply.text).not.toContain("secret");
  }
  expect((await send(`${url}/v1/list`, {})).text).toBe('{"limit":7}');
  expect((await send(`${url}/v1/orders`, { ...json, ...auth }, "POST", '{"blocks":3}')).text).toBe('{"blocks":3}');
});

test("what is no HTTP at all gets the same shape", async () => {
  const { port } = await start();
  const text = await new Promise<string>((resolve, reject) => {
    let got = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("\x16\x03\x01 hello\r\n\r\n"));
    socket.on("data", (chunk) => {
      got += chunk;
    });
    socket.on("close", () => resolve(got)).on("error", reject);
  });
  expect(text).toMatch(/^HTTP\/1.1 400 /);
  expect(codeOf(text.split("\r\n\r\n")[1]!)).toBe("invalid-request");
});

test("the token lies in a file of mode 0600, made once and kept", async () => {
  const tokenFile = join(tempDir(), "api-token");
  const first = await create({ tokenFile });
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(tokenFile, "utf8").trim()).toBe(first.token);
  expect(first.token).toMatch(/^[0-9a-f]{64}$/);
  expect((await create({ tokenFile })).token).toBe(first.token);
  writeFileSync(tokenFile, "");
  await expect(create({ tokenFile })).rejects.toMatchObject({ code: "token-broken" });
  await expect(create({ tokenFile: "/proc/none/api-token" })).rejects.toMatchObject({ code: "token-unwritable" });
});

test("a token file that others may read is closed to them", async () => {
  const tokenFile = join(tempDir(), "api-token");
  writeFileSync(tokenFile, "a-token-of-some-length\n", { mode: 0o644 });
  expect((await create({ tokenFile })).token).toBe("a-token-of-some-length");
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
});

test("other hosts and origins are turned away, before anything happens", async () => {
  const { url, port, token } = await start({
    allowedHosts: ["node.example"],
    allowedOrigins: ["http://127.0.0.1:8730"],
  });
  const get = async (headers: Record<string, string>) => {
    const { status, text } = await send(`${url}/v1/list`, headers);
    return status === 200 ? 200 : codeOf(text);
  };
  expect(await get({ host: "evil.example" })).toBe("host-not-allowed");
  expect(await get({ host: `127.0.0.1.evil.example:${port}` })).toBe("host-not-allowed");
  expect(await get({ host: "evil@127.0.0.1" })).toBe("host-not-allowed");
  expect(await get({ host: "no host" })).toBe("host-not-allowed");
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, "[::1]:80", "192.168.1.9:8730", "node.example"])
    expect(await get({ host }), host).toBe(200);
  expect(await get({ origin: "http://evil.example" })).toBe("origin-not-allowed");
  expect(await get({ origin: "null" })).toBe("origin-not-allowed");
  expect(await get({ origin: `http://127.0.0.1:${port + 1}` })).toBe("origin-not-allowed");
  expect(await get({ origin: url })).toBe(200);
  // Rebinding: the page's own name points here, so host and origin agree.
  expect(await get({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).toBe("host-not-allowed");
  const stolen = { ...json, authorization: `Bearer ${token}`, origin: "http://evil.example" };
  expect(codeOf((await send(`${url}/v1/orders`, stolen, "POST", '{"blocks":1}')).text)).toBe("origin-not-allowed");
});

test("a page of another site may link here and do nothing else, though it hides its origin", async () => {
  const { url } = await start({ allowedOrigins: ["http://127.0.0.1:8730"] });
  const ask = async (headers: Record<string, string>, path = "/v1/list") => {
    const { status, text } = await send(`${url}${path}`, headers);
    return status === 403 ? codeOf(text) : status;
  };
  const site = (site: string, mode: string) => ({ "sec-fetch-site": site, "sec-fetch-mode": mode });
  const order = async (headers: Record<string, string>) => {
    const { status, text } = await send(`${url}/v1/open`, { ...json, ...headers }, "POST", '{"blocks":1}');
    return status === 200 ? status : codeOf(text);
  };
  expect(await ask(site("cross-site", "navigate"))).toBe(200);
  expect(await ask(site("cross-site", "no-cors"))).toBe("origin-not-allowed");
  // A form, a beacon, an image, whatever leaves out the origin.
  for (const mode of ["navigate", "no-cors", "cors"])
    expect(await order(site("cross-site", mode))).toBe("origin-not-allowed");
  for (const from of ["same-origin", "same-site", "none"]) {
    expect(await ask(site(from, "cors"))).toBe(200);
    expect(await order(site(from, "cors"))).toBe(200);
  }
  expect(await order({})).toBe(200);
  expect(await order({ ...site("cross-site", "cors"), origin: "http://127.0.0.1:8730" })).toBe(200);
  expect(await order({ ...site("same-origin", "cors"), origin: "http://evil.example" })).toBe("origin-not-allowed");
});

test("an allowed page of another origin may ask what it may send, and read the answer", async () => {
  const { url } = await start({ allowedOrigins: ["http://127.0.0.1:8730"] });
  for (const origin of ["http://127.0.0.1:8730", "http://localhost:8730"]) {
    const preflight = await send(`${url}/v1/orders`, { origin, "access-control-request-method": "POST" }, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-origin"]).toBe(origin);
    expect(preflight.headers["access-control-allow-headers"]).toMatch(/authorization/);
    const reply = await send(`${url}/v1/list`, { origin });
    expect([reply.status, reply.headers["access-control-allow-origin"]]).toEqual([200, origin]);
  }
  expect(
    (
      await send(
        `${url}/v1/orders`,
        { origin: "http://localhost:1", "access-control-request-method": "POST" },
        "OPTIONS",
      )
    ).status,
  ).toBe(403);
});

test("a default port that is taken moves on and says so; one that was asked for is an error", async () => {
  const port = await freePort();
  const first = await start({ port, isPortFixed: true });
  expect(first).toMatchObject({ port, movedFrom: null });
  const second = await start({ port, isPortFixed: false });
  expect(second.port).toBeGreaterThan(port);
  expect(second.movedFrom).toBe(port);
  await expect((await create({ port, isPortFixed: true })).start()).rejects.toMatchObject({
    code: "port-taken",
    message: expect.stringMatching(/port \d+ is taken/),
  });
});

test("a client that sends its headers slowly is cut off, and so is one that never sends its body", async () => {
  const { port } = await start({ headersTimeoutMs: 100, requestTimeoutMs: 150 });
  const talk = (text: string) =>
    new Promise<string>((resolve) => {
      let got = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk) => {
        got += chunk;
      });
      // A connection that ends before all was read from it may be reset.
      socket.on("close", () => resolve(got)).on("error", () => {});
    });
  const expectCutOff = (text: string) =>
    vi.waitFor(async () => {
      const reply = await talk(text);
      expect(reply).toMatch(/^HTTP\/1.1 408 /);
      expect(codeOf(reply.split("\r\n\r\n")[1]!)).toBe("request-timeout");
    }, PATIENT);
  await Promise.all([
    expectCutOff("GET /v1/list HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "),
    expectCutOff(
      "POST /v1/open HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
    ),
  ]);
});

test("connections, streams and requests are limited", async () => {
  const crowded = await start({ maxStreams: 1 });
  const stream = await fetch(`${crowded.url}/v1/stream`);
  const refused = await fetch(`${crowded.url}/v1/stream`);
  expect([refused.status, codeOf(await refused.text())]).toEqual([503, "too-many-streams"]);
  await stream.body!.cancel();

  const hasty = await start({ requestsPerSecond: 2 });
  const over = await vi.waitFor(async () => {
    const replies = await Promise.all([1, 2, 3].map(() => send(`${hasty.url}/v1/list`, {})));
    return replies.find(({ status }) => status !== 200) ?? expect.fail("all three were answered");
  }, PATIENT);
  expect([over.status, codeOf(over.text)]).toEqual([429, "too-many-requests"]);
  expect(over.headers["retry-after"]).toBe("1");

  const narrow = await start({ maxConnections: 1 });
  const holder = connect(narrow.port, "127.0.0.1");
  await new Promise((resolve) => holder.once("connect", resolve));
  await expect(send(`${narrow.url}/v1/list`, {})).rejects.toThrow();
  holder.destroy();
});

test("stopping ends streams and lets the process go", async () => {
  const server = await create();
  const { url } = await server.start();
  const stream = await fetch(`${url}/v1/stream`);
  const reader = stream.body!.getReader();
  await server.stop();
  expect((await reader.read()).done).toBe(true);
  await expect(fetch(`${url}/v1/list`)).rejects.toThrow();
});

test("pages: files, the entry page for addresses of pages, and a page that says that there are none", async () => {
  const pagesFolder = join(tempDir(), "pages");
  const { url } = await start({ pagesFolder });
  const absent = await fetch(url);
  expect([absent.status, absent.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(await absent.text()).toContain("its pages are not built");

  mkdirSync(join(pagesFolder, "assets"), { recursive: true });
  writeFileSync(join(pagesFolder, "index.html"), "<title>Pages</title>");
  writeFileSync(join(pagesFolder, "assets/app-1a2b.js"), "export {};");
  writeFileSync(join(pagesFolder, "..", "private.txt"), "private");
  for (const path of ["/", "/index.html", "/blocks/17", "/accounts/tagon1abc"]) {
    const page = await fetch(url + path);
    expect([path, page.status, await page.text()]).toEqual([path, 200, "<title>Pages</title>"]);
    expect(page.headers.get("cache-control")).toContain("max-age=0");
  }
  const script = await fetch(`${url}/assets/app-1a2b.js`);
  expect(script.headers.get("content-type")).toMatch(/javascript/);
  expect(script.headers.get("cache-control")).toMatch(/immutable/);
  for (const path of [
    "/assets/none.js",
    "/../private.txt",
    "/%2e%2e/private.txt",
    "/..%2fprivate.txt",
    "/assets/..%5c..%5cprivate.txt",
    "/v1/none",
    "/metrics",
  ]) {
    const reply = await send(url + path, {});
    expect([path, reply.status]).toEqual([path, 404]);
    expect(codeOf(reply.text)).toBe("not-found");
  }
});

test("a page may run only what this server sends, and talk only to it", async () => {
  const { url } = await start({ connectSources: ["http://127.0.0.1:*"] });
  const policy = (await fetch(url)).headers.get("content-security-policy")!;
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:*;");
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/https:|unsafe-eval' |script-src[^;]*unsafe-inline/);
  expect((await fetch(`${url}/v1/list`)).headers.get("x-content-type-options")).toBe("nosniff");
  const docs = await (await fetch(`${url}/docs`)).text();
  expect(docs).toContain("swagger-ui");
  expect(docs).not.toMatch(/<script>|https?:\/\//);
  expect(await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text()).toContain('"validatorUrl":null');
});
