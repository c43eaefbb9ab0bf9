export { BoundedMap } from "./bounded-map.ts";
export {
  type Address,
  asAddress,
  asHash,
  asKey,
  asSignature,
  type BlockId,
  type Hash,
  type Key,
  type Signature,
  type TransactionId,
} from "./brands.ts";
export {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  fromUtf8,
  readU32,
  readU64,
  readUint,
  toHex,
  utf8,
  writeUint,
} from "./bytes.ts";
export { type Cancel, type Clock, every, sleep, systemClock } from "./clock.ts";
export { assertInvariant, InvariantError, OperationError } from "./errors.ts";
export { blameNobody, blameSender, type Fault } from "./fault.ts";
export { type LogContext, type Logger, silentLogger } from "./logger.ts";
export { createManualClock, type ManualClock } from "./manual-clock.ts";
export { Mutex } from "./mutex.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { err, ok, type Result } from "./result.ts";
export {
  defaultsOf,
  type Setting,
  type SettingForm,
  type Settings,
  type SettingValue,
  type ValuesOf,
} from "./setting.ts";
