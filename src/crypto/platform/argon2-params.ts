/** The costs of Argon2id; one lane always. */
export interface Argon2Params {
  readonly memoryKiB: number;
  readonly passes: number;
}
