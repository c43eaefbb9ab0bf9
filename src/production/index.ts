export { type DoppelgaengerOptions, type DoppelgaengerParts, DoppelgaengerWatch } from "./doppelgaenger.ts";
export { OnionRenewal, type RenewalOptions, type RenewalParts, type RenewalSigner } from "./onion-renewal.ts";
export { createPacedSealer } from "./paced-sealer.ts";
export { Producer, type ProducerOptions, type ProducerParts } from "./producer.ts";
export type { Sealer } from "./sealer.ts";
export type { SigningPort } from "./signing.ts";
export { createThreadSealer, type ThreadSealer } from "./thread-sealer.ts";
export { Voter, type VoterOptions, type VoterParts } from "./voter.ts";
export { createWorkerThreads } from "./worker-threads.ts";
