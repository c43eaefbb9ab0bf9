/** What production asks of who keeps the signing keys. */
import type { Fault, Logger, Result } from "#base";
import type { SignJob } from "#consensus";
import type { Bus, NodeEvents } from "#events";

/** Writes down what a signature commits its key to before it makes one (rule STAKE-20). */
export interface SigningPort {
  /** @returns the seal, or why there is none: `guard-refused` and the like @throws OperationError when the disk fails */
  sign(job: SignJob): Promise<Result<Uint8Array, Fault>>;
}

/** Says in words that something was not signed, until the next signature. */
export function createRefusalNotice(
  what: "block" | "vote",
  { events, log }: { readonly events: Bus<NodeEvents>; readonly log: Logger },
) {
  const code = `${what}-not-signed`;
  let isActive = false;
  return {
    /** @param fault null when it was signed */
    tell(fault: Fault | null): void {
      if (fault === null && !isActive) return;
      isActive = fault !== null;
      const text = fault === null ? `a ${what} is signed again` : `a ${what} was not signed: ${refusalText(fault)}`;
      if (fault !== null) log.warn(`a ${what} was not signed`, { code: fault.code, ...fault.detail });
      events.emit("notice", { code, text, active: isActive });
    },
  };
}

function refusalText({ code, detail = {} }: Fault): string {
  if (code === "guard-refused")
    return `asked was ${detail.asked}, and the key has signed ${detail.signed} before; it may be in use elsewhere`;
  if (code === "guard-unknown-key")
    return `it is not known what key ${detail.key} has signed before: import its protection first`;
  return code;
}
