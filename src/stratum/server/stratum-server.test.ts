/** Starting, stopping, and TLS. */
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../../test/support/certificate.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { connectMiner } from "./testing/test-miner.ts";
import { startTestPool, type TestPool, testAddress } from "./testing/test-pool.ts";
import { readTlsIdentity } from "./tls-identity.ts";

let pool: TestPool | undefined;
const ADDRESS = testAddress("miner");
afterEach(async () => {
  await pool?.stop();
  pool = undefined;
});

function writePem(): { tlsCertFile: string; tlsKeyFile: string } {
  const folder = tempDir();
  const [tlsCertFile, tlsKeyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(tlsCertFile, CERTIFICATE);
  writeFileSync(tlsKeyFile, CERTIFICATE_KEY, { mode: 0o600 });
  return { tlsCertFile, tlsKeyFile };
}

function writeKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const file = join(tempDir(), "other.pem");
  const form = { format: "pem", type: "pkcs8" } as const;
  const pem = privateKey.export(passphrase === undefined ? form : { ...form, cipher: "aes-256-cbc", passphrase });
  writeFileSync(file, pem);
  return file;
}

test("the same work is served over TLS", async () => {
  pool = await startTestPool(writePem());
  const port = pool.server.tlsPort!;
  const [secure, plain] = [await connectMiner(port, true), await pool.miner()];
  await secure.join(`${ADDRESS}.secure`);
  expect(await secure.submit(`${ADDRESS}.secure`, secure.mine())).toMatchObject({ result: true });
  expect(await plain.submit(ADDRESS, plain.mine())).toMatchObject({ result: true });
  expect(pool.sink.shares.map((share) => share.worker)).toEqual(["secure", ""]);
  // Who came over TLS is not sent to a port without it.
  const to = { host: "pool.example", port: 3333, waitS: 0 };
  expect(pool.server.redirect({ ...to, tlsPort: null })).toBe(1);
  expect(pool.server.redirect({ ...to, tlsPort: 3343 })).toBe(2);
  await secure.until(() => secure.messages.find((one) => one.method === "client.reconnect"));
  const asked = secure.messages.filter((one) => one.method === "client.reconnect");
  expect(asked.map(({ params }) => params)).toEqual([["pool.example", 3343, 0]]);
  await secure.close();
});

test("who speaks plainly to the port of TLS is cut off, and others are served", async () => {
  pool = await startTestPool(writePem());
  const miner = await connectMiner(pool.server.tlsPort!);
  miner.raw('{"id":1,"method":"mining.subscribe","params":[]}\n');
  await miner.closed;
  expect(miner.messages).toEqual([]);
  expect(pool.server.metrics.connectionsTotal).toBe(0);
  await pool.miner();
});

test("who does not finish the handshake is one of few, and no reason to wait at the end", async () => {
  pool = await startTestPool({ ...writePem(), maxConnectionsPerHost: 2 });
  const port = pool.server.tlsPort!;
  const idle = [await connectMiner(port), await connectMiner(port)];
  await (await connectMiner(port)).closed;
  await (await pool.connect()).closed;
  expect(pool.server.metrics).toMatchObject({ connections: 0, connectionsRefusedTotal: 2 });
  await pool.stop();
  for (const one of idle) await one.closed;
});

test("a port that is taken and too few open files are said at start", async () => {
  pool = await startTestPool();
  await expect(startTestPool({ port: pool.server.port })).rejects.toMatchObject({
    code: "stratum-listen",
    message: expect.stringContaining("another program"),
  });
  await expect(startTestPool({ maxConnections: 100_000_000 })).rejects.toMatchObject({ code: "descriptor-limit" });
});

test.each<[string, (files: { tlsCertFile: string; tlsKeyFile: string }) => object, RegExp]>([
  ["a certificate that is not there", () => ({ tlsCertFile: "/nowhere/cert.pem" }), /cert\.pem: it does not exist/],
  ["a folder", () => ({ tlsKeyFile: tempDir() }), /it is a folder/],
  ["a key for a certificate", (files) => ({ tlsCertFile: files.tlsKeyFile }), /key\.pem holds no certificate/],
  ["a certificate for a key", (files) => ({ tlsKeyFile: files.tlsCertFile }), /cert\.pem holds no private key/],
  ["the key of another", () => ({ tlsKeyFile: writeKey() }), /is not that of the certificate/],
  ["a key under a passphrase", () => ({ tlsKeyFile: writeKey("secret") }), /without/],
])("%s for TLS is said at start", async (_, change, words) => {
  const files = writePem();
  const refusal = { code: "stratum-certificate", message: expect.stringMatching(words) };
  await expect(startTestPool({ ...files, ...change(files) })).rejects.toMatchObject(refusal);
});

test("a certificate out of its time is said, and served", () => {
  const { tlsCertFile, tlsKeyFile } = writePem();
  const warningAt = (date: string) => readTlsIdentity(tlsCertFile, tlsKeyFile, Date.parse(date)).warning;
  expect(warningAt("2030-01-01")).toBeNull();
  expect(warningAt("2127-01-01")).toContain("has expired");
  expect(warningAt("2020-01-01")).toContain("not valid before");
});

test("an answer is timed once, when it is given", async () => {
  pool = await startTestPool();
  const miner = await pool.miner();
  const times: number[] = [];
  pool.server.metrics.onAnswer = (ms) => void times.push(ms);
  const recorded = Promise.withResolvers<void>();
  pool.sink.before = () => recorded.promise;
  const submitted = miner.submit(ADDRESS, miner.mine());
  await miner.call("mining.ping");
  expect(times).toHaveLength(1);
  recorded.resolve();
  await submitted;
  expect(times).toHaveLength(2);
  expect(times[1]).toBeGreaterThan(times[0]!);
});

test("after a stop nobody is connected, and a start on the same port works", async () => {
  pool = await startTestPool();
  const miner = await pool.miner();
  const { port } = pool.server;
  await pool.stop();
  await miner.closed;
  await expect(connectMiner(port)).rejects.toThrow();
  pool = await startTestPool({ port });
  await pool.miner();
});
