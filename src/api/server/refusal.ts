/** A request that is answered with an error: thrown by routes, turned into `{error: {code, message, details?}}` by the server. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly statusCode: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>> | undefined;

  constructor(statusCode: number, code: string, message: string, details?: Readonly<Record<string, string | number>>) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
  }
}

export function notFound(message: string): Refusal {
  return new Refusal(404, "not-found", message);
}

export function invalid(message: string): Refusal {
  return new Refusal(400, "invalid-request", message);
}
