/** The addresses that are remembered and told to others: an IP or a name, TCP, perhaps WebSockets, and a peer id. */

import type { PeerId } from "../transport/port.ts";

const MAX_ADDRESS_LENGTH = 256;
const SHAPE =
  /^\/(ip4|ip6|dns|dns4|dns6)\/([0-9a-zA-Z.:-]{1,253})\/tcp\/([0-9]{1,5})((?:\/tls)?\/wss?)?\/p2p\/([1-9A-HJ-NP-Za-km-z]{1,128})$/;

export type Reach = "loopback" | "private" | "public";

export interface PeerAddress {
  readonly text: string;
  readonly peer: PeerId;
  readonly host: string;
  readonly port: number;
  /** Who probably runs it: the /16 of an IPv4, the /32 of an IPv6 address, a name as a whole. */
  readonly subnet: string;
  readonly reach: Reach;
}

/** @returns null for anything else than a dialable address with a peer id */
export function parsePeerAddress(text: string): PeerAddress | null {
  if (text.length > MAX_ADDRESS_LENGTH) return null;
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [kind, host, portText, peer] = [match[1]!, match[2]!.toLowerCase(), match[3]!, match[5]!];
  const port = Number(portText);
  if (port < 1 || port > 65535) return null;
  const place = kind === "ip4" ? placeIp4(host) : kind === "ip6" ? placeIp6(host) : placeName(host);
  return place === null ? null : { text, peer, host, port, ...place };
}

/** The host part of any multiaddr that has one, such as the far end of a connection. */
export function hostOf(address: string): string | null {
  return /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)/.exec(address)?.[1]?.toLowerCase() ?? null;
}

/** How far an address of this host reaches; names count as public. */
export function reachOf(host: string): Reach {
  return placeOf(host)?.reach ?? "public";
}

/** Who probably runs it (see `PeerAddress`); for what is no address the text itself. */
export function subnetOf(host: string): string {
  return placeOf(host)?.subnet ?? host;
}

/** What one machine or home has of addresses: an IPv4 address, also one written as IPv6, or a /64 of IPv6. */
export function hostGroupOf(host: string): string {
  const groups = host.includes(":") ? expandIp6(withoutDots(host)) : null;
  if (groups === null) return host;
  return ip4Within(groups) ?? `${groups.slice(0, 4).map(hex).join(":")}::/64`;
}

type Place = Pick<PeerAddress, "subnet" | "reach">;

function placeOf(host: string): Place | null {
  if (!host.includes(":")) return placeIp4(host);
  const groups = expandIp6(withoutDots(host));
  const ip4 = groups === null ? null : ip4Within(groups);
  return ip4 === null ? placeIp6(host) : placeIp4(ip4);
}

function hex(group: number): string {
  return group.toString(16);
}

/** The IPv4 address that a socket for both families shows as `::ffff:a.b.c.d`. */
function ip4Within(groups: readonly number[]): string | null {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return null;
  return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join(".");
}

function withoutDots(host: string): string {
  const match = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (match === null) return host;
  const [a, b, c, d] = match.slice(2).map(Number) as [number, number, number, number];
  return `${match[1]}${hex((a << 8) | b)}:${hex((c << 8) | d)}`;
}

function placeIp4(host: string): Place | null {
  const parts = host.split(".").map((part) => (/^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null;
  const [a, b] = parts as [number, number];
  // Nobody can be dialled there: this network, multicast and reserved.
  if (a === 0 || a >= 224) return null;
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128);
  return { subnet: `${a}.${b}`, reach: a === 127 ? "loopback" : isPrivate ? "private" : "public" };
}

function placeIp6(host: string): Place | null {
  const groups = expandIp6(host);
  if (groups === null) return null;
  const [first, second] = groups as [number, number];
  const low = groups.slice(0, 7).every((group) => group === 0);
  if (low && groups[7] === 1) return { subnet: "::1", reach: "loopback" };
  if (low || first >= 0xff00) return null;
  const isPrivate = (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
  return { subnet: `${hex(first)}:${hex(second)}`, reach: isPrivate ? "private" : "public" };
}

function expandIp6(host: string): number[] | null {
  const halves = host.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[] | undefined];
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...new Array<string>(missing).fill("0"), ...(tail ?? [])];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return null;
  return all.map((group) => Number.parseInt(group, 16));
}

function placeName(host: string): Place | null {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host)) return null;
  return { subnet: host, reach: host === "localhost" ? "loopback" : "public" };
}
