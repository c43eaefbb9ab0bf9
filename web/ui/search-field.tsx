import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { Icon } from "./icon.tsx";

export interface SearchFieldProps {
  /** Tries to go there. Null when it did, otherwise why it could not, in words. */
  readonly search: (text: string) => Promise<string | null>;
}

/** The one search of the application; `/` focuses it from anywhere outside an input. */
export function SearchField({ search }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const searches = useRef(0);
  useSlashFocus(input);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const sought = text.trim();
    if (sought === "") return;
    // At once: what is typed while the place is looked for is already the next search.
    input.current?.blur();
    const own = ++searches.current;
    const refusal = await search(sought);
    // What a later one has found stands.
    if (own !== searches.current) return;
    setProblem(refusal);
    if (refusal === null) setText((now) => (now.trim() === sought ? "" : now));
    else if (document.activeElement === document.body) input.current?.focus();
  };
  return (
    <search className="relative w-full max-w-xl">
      <form onSubmit={(event) => void submit(event)}>
        <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-ink-faint">
          <Icon name="search" size={15} />
        </span>
        <input
          ref={input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
          onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
          aria-label="Search"
          aria-describedby={problem === null ? undefined : "search-problem"}
          placeholder="Height, hash, address or name"
          autoComplete="off"
          spellCheck={false}
          className="peer h-9 w-full rounded-control border border-line bg-sunken pr-9 pl-8.5 text-sm transition-colors focus:border-line-strong focus:bg-card"
        />
        <kbd className="pointer-events-none absolute inset-y-0 right-2.5 my-auto h-5 rounded border border-line bg-card px-1.5 font-mono text-2xs text-ink-faint peer-focus:hidden max-md:hidden">
          /
        </kbd>
      </form>
      {problem === null ? null : (
        <p
          id="search-problem"
          role="alert"
          className="absolute top-full z-30 mt-1 w-full rounded-control border border-line bg-raised px-3 py-2 text-bad text-xs shadow-pop"
        >
          {problem}
        </p>
      )}
    </search>
  );
}

function useSlashFocus(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || target.matches("input, textarea, select")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, [input]);
}
