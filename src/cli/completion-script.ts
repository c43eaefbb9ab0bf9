/** Shell completion, generated from the tree of commands. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Word {
  readonly text: string;
  readonly about: string;
}

/** What may follow some command words, such as "record add"; "" is the program itself. */
interface Place {
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
}

export function completionScript(shell: Shell, program: CommandUnknownOpts): string {
  const places = [...placesOf(program, "")];
  if (shell === "bash") return bashScript(places);
  return shell === "zsh" ? zshScript(places) : fishScript(places);
}

function* placesOf(command: CommandUnknownOpts, path: string): IterableIterator<Place> {
  const commands = command.commands.map((child) => ({ text: child.name(), about: child.description() }));
  const options = command.options.flatMap(({ long, description }) =>
    long ? [{ text: long, about: description }] : [],
  );
  yield { path, commands, options: [...options, { text: "--help", about: "how it is used" }] };
  for (const child of command.commands) yield* placesOf(child, path === "" ? child.name() : `${path} ${child.name()}`);
}

function bashScript(places: readonly Place[]): string {
  const cases = places.map(({ path, commands, options }) => {
    const words = [...commands, ...options].map(({ text }) => text).join(" ");
    return `    "${path}") words="${words}" ;;`;
  });
  return `# bash completion of agon
_agon() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case " ${parentsAndCommands(places)} " in
      *" \${path:+$path:}$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 && "$current" != -* ]] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _agon agon`;
}

/** "record", "record:add": each command after the words before it. */
function parentsAndCommands(places: readonly Place[]): string {
  return places
    .filter(({ path }) => path !== "")
    .map(({ path }) => path.replaceAll(" ", ":"))
    .join(" ");
}

function zshScript(places: readonly Place[]): string {
  const quote = ({ text, about }: Word): string => `'${text}:${about.replaceAll("'", "").replaceAll(":", " -")}'`;
  const cases = places.map(
    ({ path, commands, options }) =>
      `    "${path}")\n      commands=(${commands.map(quote).join(" ")})\n      options=(${options.map(quote).join(" ")})\n      ;;`,
  );
  return `#compdef agon
_agon() {
  local place="" word i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case " ${parentsAndCommands(places)} " in
      *" \${place:+\${place// /:}:}$word "*) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${cases.join("\n")}
  esac
  if [[ "$PREFIX" == -* ]]; then _describe option options; elif (( $#commands )); then _describe command commands; else _files; fi
}
compdef _agon agon`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const words = path === "" ? [] : path.split(" ");
    const below = commands.map(({ text }) => text);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const none = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`];
    const condition = [...seen, ...none].join("; and ");
    const line = (what: string, about: string): string =>
      `complete -c agon${condition === "" ? "" : ` -n '${condition}'`} ${what} -d '${about.replaceAll("'", "")}'`;
    return [
      ...commands.map(({ text, about }) => line(`-f -a ${text}`, about)),
      ...options.map(({ text, about }) => line(`-l ${text.slice(2)}`, about)),
    ];
  });
  return ["# fish completion of agon", ...lines].join("\n");
}
