/** What the payload of a transaction says, by kind (rules TX-5 to TX-8). */
import { type Address, asAddress, blameSender, err, type Fault, ok, type Result } from "#base";
import { MAX_OUTPUTS, MAX_RECORD_BYTES } from "./limits.ts";

const OUTPUT_BYTES = 28;
const RECORD_FIXED_BYTES = 5;

export interface Output {
  readonly to: Address;
  readonly amountAtoms: bigint;
}

/** 0 JSON, 1 octets. Consensus never looks into the data. */
export type MediaType = 0 | 1;

export interface RecordPayload {
  readonly mediaType: MediaType;
  readonly data: Uint8Array;
}

/** SSZ List[{to Bytes20, amount u64}, 512]. */
export function encodeTransfer(outputs: readonly Output[]): Uint8Array {
  if (outputs.length === 0 || outputs.length > MAX_OUTPUTS) throw new RangeError(`${outputs.length} outputs`);
  const bytes = new Uint8Array(outputs.length * OUTPUT_BYTES);
  const view = new DataView(bytes.buffer);
  outputs.forEach(({ to, amountAtoms }, i) => {
    if (amountAtoms < 0n || amountAtoms >> 64n !== 0n) throw new RangeError(`amount ${amountAtoms}`);
    bytes.set(to, i * OUTPUT_BYTES);
    view.setBigUint64(i * OUTPUT_BYTES + 20, amountAtoms, true);
  });
  return bytes;
}

export function decodeTransfer(payload: Uint8Array): Result<readonly Output[], Fault> {
  const count = payload.length / OUTPUT_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > MAX_OUTPUTS)
    return err(blameSender("transfer-malformed", { sizeBytes: payload.length }));
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const outputs: Output[] = [];
  for (let at = 0; at < payload.length; at += OUTPUT_BYTES)
    outputs.push({ to: asAddress(payload.subarray(at, at + 20)), amountAtoms: view.getBigUint64(at + 20, true) });
  return ok(outputs);
}

/** SSZ container {mediaType u8, data ByteList[16384]}. */
export function encodeRecord({ mediaType, data }: RecordPayload): Uint8Array {
  if (data.length > MAX_RECORD_BYTES) throw new RangeError(`a record of ${data.length} bytes`);
  const bytes = new Uint8Array(RECORD_FIXED_BYTES + data.length);
  bytes[0] = mediaType;
  bytes[1] = RECORD_FIXED_BYTES;
  bytes.set(data, RECORD_FIXED_BYTES);
  return bytes;
}

export function decodeRecord(payload: Uint8Array): Result<RecordPayload, Fault> {
  const mediaType = payload[0];
  const canonical =
    payload.length >= RECORD_FIXED_BYTES &&
    payload[1] === RECORD_FIXED_BYTES &&
    payload[2] === 0 &&
    payload[3] === 0 &&
    payload[4] === 0;
  if (!canonical || (mediaType !== 0 && mediaType !== 1)) return err(blameSender("record-malformed"));
  if (payload.length > RECORD_FIXED_BYTES + MAX_RECORD_BYTES)
    return err(blameSender("record-too-large", { sizeBytes: payload.length - RECORD_FIXED_BYTES }));
  return ok({ mediaType, data: payload.subarray(RECORD_FIXED_BYTES) });
}
