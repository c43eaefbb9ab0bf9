/** Questions to the person at the keyboard. */

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  readonly description?: string;
}

export interface InputQuestion {
  readonly message: string;
  readonly default?: string;
  /** True when the text will do, else why not. */
  readonly validate?: (text: string) => true | string;
}

/** Each rejects when the person presses Ctrl-C. */
export interface Prompts {
  input(question: InputQuestion): Promise<string>;
  /** What is typed is not shown. */
  password(message: string): Promise<string>;
  confirm(message: string): Promise<boolean>;
  select<T>(message: string, choices: readonly Choice<T>[]): Promise<T>;
}

/** Questions go to stderr, so that stdout holds results only. */
export function createPrompts(): Prompts {
  const context = { output: process.stderr };
  // Most commands ask nothing, and should not wait for the library.
  const library = () => import("@inquirer/prompts");
  return {
    input: async (question) => (await library()).input({ ...question }, context),
    password: async (message) => (await library()).password({ message, mask: true }, context),
    confirm: async (message) => (await library()).confirm({ message, default: false }, context),
    select: async (message, choices) =>
      (await library()).select({ message, choices: [...choices], pageSize: 12 }, context),
  };
}

/** Whether an error means that a question was answered with Ctrl-C. */
export function isPromptExit(error: unknown): boolean {
  return error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortPromptError");
}
