import { expect, it } from "vitest";
import { hostGroupOf, parsePeerAddress, reachOf, subnetOf } from "./peer-address.ts";

const ID = "12D3KooWAbcdefghijkmnopqrstuvwxyz23456789ABCDEFGHJKM";

it.each([
  [`/ip4/8.8.4.4/tcp/8731/p2p/${ID}`, "8.8", "public"],
  [`/ip4/8.8.4.4/tcp/8731/ws/p2p/${ID}`, "8.8", "public"],
  [`/ip4/127.0.0.1/tcp/1/p2p/${ID}`, "127.0", "loopback"],
  [`/ip4/10.1.2.3/tcp/65535/p2p/${ID}`, "10.1", "private"],
  [`/ip4/172.31.0.1/tcp/8731/p2p/${ID}`, "172.31", "private"],
  [`/ip4/172.32.0.1/tcp/8731/p2p/${ID}`, "172.32", "public"],
  [`/ip4/192.168.0.1/tcp/8731/p2p/${ID}`, "192.168", "private"],
  [`/ip6/2a00:1450:4001::5/tcp/8731/p2p/${ID}`, "2a00:1450", "public"],
  [`/ip6/::1/tcp/8731/p2p/${ID}`, "::1", "loopback"],
  [`/ip6/fd00::1/tcp/8731/p2p/${ID}`, "fd00:0", "private"],
  [`/dns4/node.example.org/tcp/443/tls/ws/p2p/${ID}`, "node.example.org", "public"],
  [`/dns/localhost/tcp/8731/p2p/${ID}`, "localhost", "loopback"],
])("takes %s", (text, subnet, reach) => {
  expect(parsePeerAddress(text)).toMatchObject({ text, peer: ID, subnet, reach });
});

it.each([
  "",
  "nonsense",
  "/ip4/8.8.4.4/tcp/8731",
  `/ip4/8.8.4.4/udp/8731/p2p/${ID}`,
  `/ip4/8.8.4.256/tcp/8731/p2p/${ID}`,
  `/ip4/8.8.4/tcp/8731/p2p/${ID}`,
  `/ip4/08.8.4.4/tcp/8731/p2p/${ID}`,
  `/ip4/0.0.0.0/tcp/8731/p2p/${ID}`,
  `/ip4/224.0.0.1/tcp/8731/p2p/${ID}`,
  `/ip4/255.255.255.255/tcp/8731/p2p/${ID}`,
  `/ip4/8.8.4.4/tcp/0/p2p/${ID}`,
  `/ip4/8.8.4.4/tcp/65536/p2p/${ID}`,
  `/ip6/::/tcp/8731/p2p/${ID}`,
  `/ip6/1::2::3/tcp/8731/p2p/${ID}`,
  `/ip6/ff02::1/tcp/8731/p2p/${ID}`,
  `/ip6/1:2:3:4:5:6:7/tcp/8731/p2p/${ID}`,
  `/dns4/a..b/tcp/8731/p2p/${ID}`,
  `/ip4/8.8.4.4/tcp/8731/p2p/${ID}0`,
  `/ip4/8.8.4.4/tcp/8731/p2p/${ID}/p2p-circuit`,
  `/ip4/8.8.4.4/tcp/8731/p2p/${ID}\n`,
  `/dns4/${"a".repeat(250)}/tcp/8731/p2p/${ID}`,
])("refuses %j", (text) => {
  expect(parsePeerAddress(text)).toBeNull();
});

it("takes what it cannot place for public", () => {
  expect(["127.0.0.1", "10.0.0.1", "::1", "example.org", ""].map(reachOf)).toEqual([
    "loopback",
    "private",
    "loopback",
    "public",
    "public",
  ]);
});

it("knows what belongs to one host and to one subnet, and IPv4 behind IPv6", () => {
  const hosts = ["8.8.4.4", "::ffff:8.8.4.4", "::ffff:808:404", "2001:db8:0:1:2:3:4:5", "2001:db8::1", "a.org", "x:y"];
  expect(hosts.map(hostGroupOf)).toEqual([
    ...["8.8.4.4", "8.8.4.4", "8.8.4.4", "2001:db8:0:1::/64", "2001:db8:0:0::/64", "a.org", "x:y"],
  ]);
  expect(hosts.map(subnetOf)).toEqual(["8.8", "8.8", "8.8", "2001:db8", "2001:db8", "a.org", "x:y"]);
  expect(["::ffff:127.0.0.1", "::ffff:10.1.2.3"].map(reachOf)).toEqual(["loopback", "private"]);
});
