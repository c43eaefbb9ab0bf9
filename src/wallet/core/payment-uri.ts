/** Payment requests as links and QR codes, `agon:<address>?amount=&label=&message=`, after BIP-21 (rule URI-1). */
import { type Address, blameSender, err, type Fault, ok, type Result } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { formatCoins, parseCoins } from "./coins.ts";

const SCHEME = "agon:";
const MAX_LENGTH = 2048;

export interface PaymentRequest {
  readonly address: Address;
  readonly amountAtoms: bigint | null;
  /** Who asks. */
  readonly label: string | null;
  /** What for. */
  readonly message: string | null;
}

/** @param prefix of the chain's addresses; the scheme is `agon:` on every chain */
export function formatPaymentUri(request: PaymentRequest, prefix: string): string {
  const { address, amountAtoms, label, message } = request;
  const parameters = [
    amountAtoms === null ? null : `amount=${formatCoins(amountAtoms)}`,
    label === null ? null : `label=${encodeURIComponent(label)}`,
    message === null ? null : `message=${encodeURIComponent(message)}`,
  ].filter((parameter) => parameter !== null);
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${SCHEME}${formatAddress(address, prefix)}${query}`;
}

/**
 * The amount is in coins, with a point and up to eight decimals. Unknown parameters are passed over, but for those that
 * say by `req-` that they must be understood.
 * @returns `payment-uri-malformed`, `payment-uri-unsupported`, or a fault of `parseAddress`
 */
export function parsePaymentUri(text: string, prefix: string): Result<PaymentRequest, Fault> {
  if (text.length > MAX_LENGTH) return malformed("length");
  if (text.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return malformed("scheme");
  const [path, ...queries] = text.slice(SCHEME.length).split("?");
  const address = parseAddress(path!, prefix);
  if (!address.ok) return address;
  const parameters = readParameters(queries.join("?"));
  if (parameters === null) return malformed("query");
  for (const name of parameters.keys())
    if (name.startsWith("req-")) return err(blameSender("payment-uri-unsupported", { parameter: name }));
  const amount = parameters.get("amount");
  const amountAtoms = amount === undefined ? null : parseCoins(amount);
  if (amount !== undefined && (amountAtoms === null || amountAtoms === 0n)) return malformed("amount");
  return ok({
    address: address.value,
    amountAtoms,
    label: parameters.get("label") ?? null,
    message: parameters.get("message") ?? null,
  });
}

/** @returns null when a name comes twice or a percent sign stands for nothing */
function readParameters(query: string): Map<string, string> | null {
  const parameters = new Map<string, string>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const name = decode(at < 0 ? part : part.slice(0, at));
    const value = decode(at < 0 ? "" : part.slice(at + 1));
    if (name === null || value === null || parameters.has(name)) return null;
    parameters.set(name, value);
  }
  return parameters;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function malformed(part: string): Result<never, Fault> {
  return err(blameSender("payment-uri-malformed", { part }));
}
