import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeAddresses, decodePeersRequest, encodeAddresses, encodePeersRequest } from "./address-list.ts";

const address = fc.string({ unit: "grapheme-ascii", maxLength: 256 });

it("gives back what was encoded and nothing shorter or longer", () => {
  fc.assert(
    fc.property(fc.array(address, { maxLength: 64 }), (addresses) => {
      const bytes = encodeAddresses(addresses);
      expect(decodeAddresses(bytes, 64)).toEqual(addresses);
      expect(decodeAddresses(bytes.subarray(0, bytes.length - 1), 64)).toBeNull();
      expect(decodeAddresses(Uint8Array.of(...bytes, 0), 64)).toBeNull();
    }),
  );
});

it("takes any bytes without a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodePeersRequest(bytes);
      decodeAddresses(bytes, 64);
    }),
  );
});

it("refuses too many, too long, and what is not text", () => {
  expect(decodeAddresses(encodeAddresses(["a", "b", "c"]), 2)).toBeNull();
  expect(decodeAddresses(encodeAddresses(["a".repeat(257)]), 2)).toBeNull();
  expect(decodeAddresses(Uint8Array.of(1, 1, 0, 0xff), 2)).toBeNull();
  expect(decodeAddresses(new Uint8Array(0), 2)).toBeNull();
});

it("carries a request with at most four own addresses", () => {
  const request = { wanted: 64, own: ["a", "b", "c", "d", "e"] };
  expect(decodePeersRequest(encodePeersRequest(request))).toEqual({ wanted: 64, own: ["a", "b", "c", "d"] });
  expect(decodePeersRequest(encodePeersRequest({ wanted: 65, own: [] }))).toBeNull();
});
