/** Code does not ask which engine a chain has, but what it has: that a specification can say, and an engine. */
import type { Rule, Violation } from "../violation.ts";

const question = /\bengine(?:\.kind|\.name)? *[!=]== *["'`]|["'`]po[wsp]["'`] *[!=]==/g;

/** Where engines are made, chosen and described; pages may colour themselves by them. */
const homes = /^src\/(consensus|spec)\//;

export const checkEngines: Rule = (tree) =>
  [...tree.files.values()]
    .filter(({ path, isTest }) => path.startsWith("src/") && !isTest && !homes.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(question)].map((match): Violation => {
        const line = text.slice(0, match.index).split("\n").length;
        return { rule: "engine", at: `${path}:${line}`, what: `asks for an engine by name: ${match[0].trim()}` };
      }),
    );
