/** What an operator may set: one entry a setting, kept beside the part that obeys it. */
export type SettingValue = number | string | boolean | readonly string[];

export interface Setting<T extends SettingValue = SettingValue> {
  readonly default: T;
  /** One sentence for people. */
  readonly about: string;
  readonly unit?: string;
  /** Bounds of a number, both included. */
  readonly min?: number;
  readonly max?: number;
  /** Of a text, or of each text of a list. */
  readonly form?: SettingForm;
}

export interface SettingForm {
  readonly pattern: RegExp;
  /** What it must be, as in "it must be …". */
  readonly words: string;
}

export type Settings = Readonly<Record<string, Setting>>;

/** The values that a table of settings describes. */
export type ValuesOf<S extends Settings> = {
  readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? Widened<T> : never;
};

type Widened<T> = T extends number ? number : T extends boolean ? boolean : T extends string ? string : T;

export function defaultsOf<S extends Settings>(settings: S): ValuesOf<S> {
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default])) as ValuesOf<S>;
}
