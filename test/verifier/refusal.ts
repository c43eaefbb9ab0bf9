/** The one way in which a check ends badly: the rule of docs/spec that does not hold, and what was found. */
export class Refusal extends Error {
  readonly rule: string;
  /** Where in the file: set by whoever knows the line. */
  place = "";

  constructor(rule: string, what: string) {
    super(what);
    this.rule = rule;
  }
}

export function check(holds: boolean, rule: string, what: string): asserts holds {
  if (!holds) throw new Refusal(rule, what);
}
