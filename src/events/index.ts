export { type Bus, createBus, type Unsubscribe } from "./bus.ts";
export type { ChainBlock, DropReason, NodeEvents } from "./node-events.ts";
