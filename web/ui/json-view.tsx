/** JSON coloured by kind. It shows what was parsed; the exact bytes stand beside it. */
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** More than this is shown without colour, so that a large record does not make thousands of elements. */
const COLOUR_LIMIT_CHARACTERS = 20_000;

interface Piece {
  readonly at: number;
  readonly text: string;
  readonly look: string;
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) pieces.push({ at, text: text.slice(at, match.index), look: "text-ink-faint" });
    const look = match[2] !== undefined ? "text-ink-soft" : match[1] !== undefined ? "text-good" : "text-info";
    pieces.push({ at: match.index, text: match[0], look });
    at = match.index + match[0].length;
  }
  pieces.push({ at, text: text.slice(at), look: "text-ink-faint" });
  return pieces;
}

export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <CodeBlock label={label}>
      {text.length > COLOUR_LIMIT_CHARACTERS
        ? text
        : piecesOf(text).map((piece) => (
            <span key={piece.at} className={piece.look}>
              {piece.text}
            </span>
          ))}
    </CodeBlock>
  );
}

/** Monospaced text that scrolls by itself. */
export function CodeBlock({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <section
      aria-label={label}
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-control border border-line bg-sunken p-3"
    >
      <pre className="whitespace-pre-wrap break-all font-mono text-xs">{children}</pre>
    </section>
  );
}
