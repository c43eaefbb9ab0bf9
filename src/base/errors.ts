/** The two ways something goes wrong that is not a refusal of outside data. */

/** Disk, socket or another part of the surroundings failed; the operation may be tried again. */
export class OperationError extends Error {
  override readonly name = "OperationError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Our own code broke a rule of its own. The node stops. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** @throws InvariantError when the condition does not hold */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
