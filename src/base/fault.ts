/** Why something from outside is refused. `blame` decides the sender's score, never validity. Codes are listed in docs/spec. */
export interface Fault {
  readonly code: string;
  readonly blame: "sender" | "nobody";
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** A refusal that is the sender's doing: it could have known. */
export function blameSender(code: string, detail?: Fault["detail"]): Fault {
  return detail === undefined ? { code, blame: "sender" } : { code, blame: "sender", detail };
}

/** A refusal that an honest sender may run into. */
export function blameNobody(code: string, detail?: Fault["detail"]): Fault {
  return detail === undefined ? { code, blame: "nobody" } : { code, blame: "nobody", detail };
}
