export { main } from "./main.ts";
export { createProgram } from "./program.ts";
export { runProgram } from "./run-program.ts";
export type { Terminal } from "./terminal.ts";
