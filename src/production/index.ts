export { createPacedSealer } from "./paced-sealer.ts";
export { Producer, type ProducerOptions, type ProducerParts } from "./producer.ts";
export type { Sealer } from "./sealer.ts";
export { createThreadSealer } from "./thread-sealer.ts";
