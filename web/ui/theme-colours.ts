import { useEffect, useState } from "react";

/** The colour a token has now, resolved for a canvas, which does not know custom properties. */
export function resolveToken(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** A number that changes whenever the theme does. */
export function useThemeVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = (): void => setVersion((before) => before + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    window.addEventListener("agon-theme", changed);
    return () => {
      system.removeEventListener("change", changed);
      window.removeEventListener("agon-theme", changed);
    };
  }, []);
  return version;
}
