/** Sizes, forbidden shapes of the language, and where the surroundings may be asked for time and chance. */
import { clockFolders } from "../layers.ts";
import type { SourceFile } from "../source-file.ts";
import type { Rule, Violation } from "../violation.ts";

const maxFileLines = 400;
const maxFunctionLines = 60;
/** A function that only holds others together, as `createX` does, counts without them, but has an end as well. */
const maxFactoryLines = 150;

export const checkSizes: Rule = (tree) =>
  [...tree.files.values()].filter(isProduct).flatMap((file) => [
    ...(file.lineCount > maxFileLines
      ? [{ rule: "size", at: file.path, what: `${file.lineCount} lines, more than ${maxFileLines}` }]
      : []),
    ...file.functions
      .filter((each) => each.ownLineCount > maxFunctionLines || each.lineCount > maxFactoryLines)
      .map((each) => ({
        rule: "size",
        at: `${file.path}:${each.line}`,
        what: `${each.name} has ${each.lineCount} lines, ${each.ownLineCount} of its own`,
      })),
  ]);

export const checkLanguage: Rule = (tree) =>
  [...tree.files.values()].flatMap((file) =>
    file.forbidden
      .filter(({ name }) => !(name === "default export" && file.path.endsWith(".config.ts")))
      .filter(({ name }) => !(file.isTest && (name === "@ts-expect-error" || name === "module-level let")))
      .map(({ name, line }) => ({ rule: "language", at: `${file.path}:${line}`, what: name })),
  );

export const checkAmbient: Rule = (tree) =>
  [...tree.files.values()]
    .filter((file) => file.path.startsWith("src/") && isProduct(file))
    .filter((file) => !clockFolders.some((folder) => file.path.startsWith(folder)))
    .flatMap((file) =>
      file.ambient.map(({ name, line }) => ({ rule: "ambient", at: `${file.path}:${line}`, what: `uses ${name}` })),
    );

/** Data from outside the repository is found by test/support alone. */
export const checkOutsidePaths: Rule = (tree) => {
  const outside = ["..", "shared"].join("/");
  return [...tree.texts].flatMap(([path, text]): Violation[] => {
    const isHome = path.startsWith("test/support/");
    return !isHome && text.includes(outside) ? [{ rule: "outside", at: path, what: `names ${outside}` }] : [];
  });
};

function isProduct(file: SourceFile): boolean {
  return /^(src|web)\//.test(file.path) && !file.isTest;
}
