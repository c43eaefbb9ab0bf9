import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { asHash, type Fault, type Result, toHex } from "#base";
import { ed25519PublicKey, verifySignature } from "#crypto";
import { tempDir } from "../../../test/support/temp.ts";
import { GUARD_FILE } from "./guard-journal.ts";
import { GUARD_RECORD_BYTES } from "./guard-record.ts";
import type { SigningClaim } from "./protection.ts";
import { openSigningGuard, type SigningGuard } from "./signing-guard.ts";

const chainId = asHash(new Uint8Array(32).fill(9));
const seeds = [1, 2].map((no) => new Uint8Array(32).fill(no));
const keys = seeds.map(ed25519PublicKey);
const message = asHash(new Uint8Array(32).fill(4));

const place = { folder: "" };
beforeEach(() => {
  place.folder = join(tempDir(), "validator");
});

const open = (): Promise<SigningGuard> => openSigningGuard({ folder: place.folder, chainId });
const file = (): string => join(place.folder, GUARD_FILE);
const sign = (guard: SigningGuard, claim: SigningClaim, no = 0): Promise<Result<Uint8Array, Fault>> =>
  guard.sign({ message, key: keys[no]!, guard: claim, seal: (signature) => signature }, seeds[no]!);
const block = (slot: number): SigningClaim => ({ domain: "block", slot });
const vote = (source: number, target: number): SigningClaim => ({ domain: "vote", source, target });
const codeOf = (result: Result<unknown, Fault>): string => (result.ok ? "ok" : result.error.code);

async function withGuard<T>(work: (guard: SigningGuard) => Promise<T>): Promise<T> {
  const guard = await open();
  try {
    return await work(guard);
  } finally {
    await guard.close();
  }
}

/** Blocks 1 … count are signed, and the guard is closed. */
async function signed(count: number): Promise<void> {
  await withGuard(async (guard) => {
    await guard.register(keys[0]!);
    for (let slot = 1; slot <= count; slot++) expect(codeOf(await sign(guard, block(slot)))).toBe("ok");
  });
}

describe("what is signed", () => {
  test("is the job's message, by its key", async () => {
    await withGuard(async (guard) => {
      await guard.register(keys[0]!);
      const result = await sign(guard, block(7));
      expect(result.ok && verifySignature(result.value, message, keys[0]!)).toBe(true);
      expect(guard.protectionOf(keys[0]!)).toEqual({ lastBlockSlot: 7, lastVoteSource: null, lastVoteTarget: null });
    });
  });

  test.each<[string, SigningClaim[], SigningClaim, string]>([
    ["a later slot", [block(5)], block(6), "ok"],
    ["the same slot", [block(5)], block(5), "guard-refused"],
    ["an earlier slot", [block(5)], block(4), "guard-refused"],
    ["a vote beside a block", [block(5)], vote(0, 1), "ok"],
    ["the next target from the same source", [vote(2, 3)], vote(2, 4), "ok"],
    ["the same target", [vote(2, 3)], vote(2, 3), "guard-refused"],
    ["a surrounding vote", [vote(2, 3)], vote(1, 4), "guard-refused"],
    ["a surrounded vote", [vote(2, 9)], vote(3, 8), "guard-refused"],
    ["a vote that leads nowhere", [], vote(3, 3), "guard-refused"],
    ["a vote backwards", [], vote(4, 3), "guard-refused"],
  ])("%s", async (_, before, asked, expected) => {
    await withGuard(async (guard) => {
      await guard.register(keys[0]!);
      for (const claim of before) expect(codeOf(await sign(guard, claim))).toBe("ok");
      expect(codeOf(await sign(guard, asked))).toBe(expected);
    });
    // The same after a restart.
    await withGuard(async (guard) => {
      const again = await sign(guard, asked);
      expect(codeOf(again)).toBe("guard-refused");
    });
  });

  test("a refusal says what was asked and what was signed before", async () => {
    await withGuard(async (guard) => {
      await guard.register(keys[0]!);
      await sign(guard, block(5));
      expect(await sign(guard, block(5))).toMatchObject({
        error: { blame: "nobody", detail: { asked: "a block for slot 5", signed: "a block for slot 5" } },
      });
      await sign(guard, vote(2, 4));
      expect(await sign(guard, vote(1, 5))).toMatchObject({
        error: {
          detail: { asked: "a vote from epoch 1 to epoch 5", signed: "votes up to source 2 and target 4" },
        },
      });
    });
  });

  test("a key that the guard does not know signs nothing", async () => {
    await withGuard(async (guard) => {
      expect(codeOf(await sign(guard, block(1)))).toBe("guard-unknown-key");
      await guard.register(keys[0]!);
      await sign(guard, block(3));
      await guard.register(keys[0]!);
      expect(codeOf(await sign(guard, block(3)))).toBe("guard-refused");
      expect(codeOf(await sign(guard, block(3), 1))).toBe("guard-unknown-key");
    });
  });

  test("of many at once for one slot, one", async () => {
    await withGuard(async (guard) => {
      await guard.register(keys[0]!);
      const results = await Promise.all(Array.from({ length: 20 }, () => sign(guard, block(8))));
      expect(results.filter((result) => result.ok).length).toBe(1);
    });
  });
});

describe("the file", () => {
  test("is for its owner's eyes, and one process's at a time", async () => {
    await withGuard(async () => {
      expect(statSync(file()).mode & 0o777).toBe(0o600);
      expect(statSync(place.folder).mode & 0o777).toBe(0o700);
      await expect(open()).rejects.toMatchObject({ code: "data-locked" });
    });
    await (await open()).close();
  });

  test("begins anew when it is full, and loses nothing", async () => {
    await withGuard(async (guard) => {
      await guard.register(keys[1]!);
      await sign(guard, vote(3, 4), 1);
    });
    await signed(1_200);
    expect(statSync(file()).size).toBe(65_536);
    await withGuard(async (guard) => {
      expect(guard.protections().length).toBe(2);
      expect(guard.protectionOf(keys[0]!)?.lastBlockSlot).toBe(1_200);
      expect(guard.protectionOf(keys[1]!)?.lastVoteTarget).toBe(4);
    });
  });

  test("of a write that was cut anywhere the rest holds, and the guard goes on", async () => {
    await signed(3);
    const whole = readFileSync(file());
    const at = 4 * GUARD_RECORD_BYTES;
    for (let cut = 0; cut < GUARD_RECORD_BYTES; cut++) {
      writeFileSync(file(), Buffer.from(whole).fill(0, at + cut));
      await withGuard(async (guard) => {
        const last = guard.protectionOf(keys[0]!)?.lastBlockSlot;
        expect(
          last === 2 || (last === 3 && whole.subarray(at + cut, at + GUARD_RECORD_BYTES).every((b) => b === 0)),
        ).toBe(true);
        expect(codeOf(await sign(guard, block(4)))).toBe("ok");
      });
      await withGuard(async (guard) => expect(guard.protectionOf(keys[0]!)?.lastBlockSlot).toBe(4));
    }
  });

  test("that is damaged anywhere signs nothing", async () => {
    await signed(3);
    const whole = readFileSync(file());
    for (let at = 0; at < 5 * GUARD_RECORD_BYTES; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ 0x40;
      writeFileSync(file(), changed);
      await expect(open(), `byte ${at}`).rejects.toMatchObject({
        code: "guard-damaged",
        message: expect.stringContaining("nothing is signed"),
      });
    }
    for (const size of [0, 60, 128, 640, 65_408]) {
      writeFileSync(file(), whole.subarray(0, size));
      await expect(open(), `${size} bytes`).rejects.toMatchObject({ code: "guard-damaged" });
    }
    // A record in the middle that is gone altogether.
    writeFileSync(file(), Buffer.from(whole).fill(0, 256, 384));
    await expect(open()).rejects.toMatchObject({ code: "guard-damaged" });
  });

  test("of another chain is refused", async () => {
    await signed(1);
    const other = openSigningGuard({ folder: place.folder, chainId: asHash(new Uint8Array(32).fill(8)) });
    await expect(other).rejects.toMatchObject({ code: "guard-other-chain" });
  });

  test("that is gone leaves its keys unknown", async () => {
    await signed(1);
    rmSync(file());
    await withGuard(async (guard) => {
      expect(codeOf(await sign(guard, block(2)))).toBe("guard-unknown-key");
      expect(guard.protections()).toEqual([]);
    });
  });

  test("knows every key that was raised, and lowers none", async () => {
    const protection = { lastBlockSlot: 10, lastVoteSource: 4, lastVoteTarget: 6 };
    await withGuard(async (guard) => {
      await guard.raise([{ key: keys[0]!, protection }]);
      await guard.raise([{ key: keys[0]!, protection: { lastBlockSlot: 9, lastVoteSource: 5, lastVoteTarget: null } }]);
    });
    await withGuard(async (guard) => {
      expect(guard.protectionOf(keys[0]!)).toEqual({ ...protection, lastVoteSource: 5 });
      expect(guard.protections().map(({ key }) => toHex(key))).toEqual([toHex(keys[0]!)]);
    });
  });

  test("is not written after it was closed", async () => {
    const guard = await open();
    await guard.register(keys[0]!);
    await guard.close();
    await guard.close();
    await expect(sign(guard, block(1))).rejects.toMatchObject({ code: "guard-unwritable" });
  });
});
