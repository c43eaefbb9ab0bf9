/** Bounds of the canonical form, the same on every chain (rule BYTES-6). A chain specification may only be stricter. */
export const MAX_RECORD_BYTES = 16_384;
export const MAX_OUTPUTS = 512;
export const MAX_PAYLOAD_BYTES = 16_448;
export const TRANSACTION_FIXED_BYTES = 118;
export const MAX_TRANSACTION_BYTES = TRANSACTION_FIXED_BYTES + MAX_PAYLOAD_BYTES;
export const MAX_BLOCK_TRANSACTIONS = 65_536;
export const MAX_BLOCK_VOTES = 256;
export const MAX_CLAIM_BYTES = 64;
export const MAX_SEAL_BYTES = 128;
/** Header with the longest claim and seal. */
export const MAX_HEADER_BYTES = 142 + MAX_CLAIM_BYTES + MAX_SEAL_BYTES;
