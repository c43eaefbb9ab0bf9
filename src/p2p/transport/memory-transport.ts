/** One peer of the memory network. */

import { type Fault, OperationError } from "#base";
import { createListeners } from "./listeners.ts";
import { createMemoryGossip } from "./memory-gossip.ts";
import type { Endpoint, Link, Medium } from "./memory-link.ts";
import { createMemoryRequests } from "./memory-requests.ts";
import type { ConnectionInfo, Gate, PeerId, Transport } from "./port.ts";

interface MemoryTransportOptions {
  readonly peer: PeerId;
  readonly address: string;
  readonly agent: string;
}

interface Connected {
  readonly link: Link;
  readonly info: ConnectionInfo;
}

export function createMemoryTransport(
  options: MemoryTransportOptions,
  medium: Medium,
  register: (endpoint: Endpoint) => void,
): Transport {
  const { peer: self } = options;
  const address = options.address.split("/p2p/")[0]!;
  const { clock } = medium;
  const connected = new Map<PeerId, Connected>();
  const connects = createListeners<[ConnectionInfo]>();
  const disconnects = createListeners<[PeerId]>();
  const faults = createListeners<[PeerId, Fault]>();
  let gate: Gate = () => true;
  let running = false;

  const linkTo = (peer: PeerId): Link | undefined => {
    const link = connected.get(peer)?.link;
    return link?.open ? link : undefined;
  };
  const requests = createMemoryRequests({ self, medium, linkTo, faults });
  const gossip = createMemoryGossip({ self, medium, linkTo, faults, peers: () => connected.keys() });

  const endpoint: Endpoint = {
    peer: self,
    address,
    agent: options.agent,
    running: () => running,
    admits: (peer, from, direction) => gate(peer, from, direction),
    linkUp(link, other) {
      const before = connected.get(other.peer);
      if (before?.link === link) return;
      if (before !== undefined) endpoint.linkDown(before.link);
      const direction = link.dialer === self ? "out" : "in";
      const place = `${other.address}/p2p/${other.peer}`;
      const info = {
        peer: other.peer,
        address: place,
        direction,
        openedMs: clock.nowMs(),
        agent: other.agent,
      } as const;
      connected.set(other.peer, { link, info });
      connects.call(info);
    },
    linkDown(link) {
      const other = link.dialer === self ? link.target : link.dialer;
      if (connected.get(other)?.link !== link) return;
      connected.delete(other);
      requests.drop(link);
      disconnects.call(other);
    },
    serve: requests.serve,
    subscribed: gossip.subscribed,
    gossip: gossip.receive,
  };

  const close = (link: Link): void => {
    const other = link.dialer === self ? link.target : link.dialer;
    medium.closeLink(link);
    endpoint.linkDown(link);
    medium.send(self, other, "close", 0, () => medium.endpoint(other)?.linkDown(link));
  };

  return {
    self,
    listenAddresses: () => (running ? [`${address}/p2p/${self}`] : []),
    async start() {
      running = true;
      register(endpoint);
    },
    async stop() {
      if (!running) return;
      running = false;
      for (const { link } of [...connected.values()]) close(link);
    },
    dial(target, timeoutMs) {
      if (!running) return Promise.reject(new OperationError("transport-stopped", "the transport does not run"));
      return dial(endpoint, medium, target, timeoutMs, linkTo);
    },
    async disconnect(peer) {
      const link = connected.get(peer)?.link;
      if (link !== undefined) close(link);
    },
    connections: () => [...connected.values()].map(({ info }) => info),
    onConnect: connects.add,
    onDisconnect: disconnects.add,
    onFault: faults.add,
    setGate(allow) {
      gate = allow;
    },
    handle: requests.handle,
    request: requests.request,
    subscribe: gossip.subscribe,
    publish: gossip.publish,
  };
}

/** There and back: the target opens the link, the dialer has it a latency later. Two dials that cross share one link. */
function dial(
  own: Endpoint,
  medium: Medium,
  address: string,
  timeoutMs: number,
  linkTo: (peer: PeerId) => Link | undefined,
): Promise<PeerId> {
  const named = address.split("/p2p/")[1];
  if (named !== undefined && linkTo(named) !== undefined) return Promise.resolve(named);
  if (!own.admits(named ?? null, address, "out")) return Promise.reject(new OperationError("gated", address));
  const target = medium.find(address);
  return new Promise((resolve, reject) => {
    const fail = (code: string): void => {
      cancel();
      reject(new OperationError(code, `${address} was not reached`));
    };
    const cancel = medium.clock.after(timeoutMs, () => fail("dial-timeout"));
    if (target === undefined || target.peer === own.peer) return fail("dial-failed");
    if (!medium.survives(own.peer, target.peer)) return;
    medium.send(own.peer, target.peer, "dial", 0, () => {
      const answer = (task: () => void): void => medium.send(target.peer, own.peer, "dial", 0, task);
      if (!target.running()) return answer(() => fail("dial-failed"));
      const crossed = medium.linkBetween(own.peer, target.peer);
      if (crossed === undefined && !target.admits(own.peer, `${own.address}/p2p/${own.peer}`, "in"))
        return answer(() => fail("dial-failed"));
      const link = crossed ?? medium.openLink(own.peer, target.peer);
      target.linkUp(link, own);
      answer(() => {
        if (!link.open || !own.running()) return fail("dial-failed");
        cancel();
        own.linkUp(link, target);
        resolve(target.peer);
      });
    });
  });
}
