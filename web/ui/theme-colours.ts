import { useEffect, useState } from "react";

export type Tokens<Name extends string> = Readonly<Record<Name, string>>;

/** The colours that tokens have now, resolved for a canvas, which knows no custom properties; they follow the theme. */
export function useTokens<Name extends string>(names: readonly Name[]): Tokens<Name> {
  const [tokens, setTokens] = useState(() => resolve(names));
  useEffect(() => {
    const changed = (): void => setTokens(resolve(names));
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    window.addEventListener("agon-theme", changed);
    // The engine of the chain, which has a colour of its own, may be learnt after the first drawing.
    const engine = new MutationObserver(changed);
    engine.observe(document.documentElement, { attributeFilter: ["data-engine"] });
    return () => {
      system.removeEventListener("change", changed);
      window.removeEventListener("agon-theme", changed);
      engine.disconnect();
    };
  }, [names]);
  return tokens;
}

/** A probe for each, since a colour that changes on one element may do so in a transition. */
function resolve<Name extends string>(names: readonly Name[]): Tokens<Name> {
  return Object.fromEntries(names.map((name) => [name, resolveOne(name)])) as Tokens<Name>;
}

function resolveOne(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
