import { expect, test } from "vitest";
import { assertDescriptors, readDescriptorLimit } from "./descriptor-limit.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95929                95929                processes
Max open files            1024                 524288               files
`;

test("the limit of open files is what the system says", () => {
  expect(readDescriptorLimit(() => LIMITS)).toBe(1_024);
  expect(readDescriptorLimit(() => LIMITS.replace("1024  ", "unlimited"))).toBeNull();
  expect(
    readDescriptorLimit(() => {
      throw new Error("ENOENT");
    }),
  ).toBeNull();
});

test("more connections than files are refused, with what to do about it", () => {
  expect(() => assertDescriptors(896, 1_024)).not.toThrow();
  expect(() => assertDescriptors(10_000, null)).not.toThrow();
  expect(() => assertDescriptors(2_500, 1_024)).toThrow(
    /2500 connections need 2628 open files.*1024.*ulimit -n 2628.*--max-connections 896/,
  );
});
