/** Questions to the person at the keyboard. */
import { confirm, input, password, select } from "@inquirer/prompts";

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
  return {
    input: (question) => input({ ...question }, context),
    password: (message) => password({ message, mask: true }, context),
    confirm: (message) => confirm({ message, default: false }, context),
    select: (message, choices) => select({ message, choices: [...choices], pageSize: 12 }, context),
  };
}

/** Whether an error means that a question was answered with Ctrl-C. */
export function isPromptExit(error: unknown): boolean {
  return error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortPromptError");
}
