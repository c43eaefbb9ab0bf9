import { useState } from "react";
import { IconButton } from "./button.tsx";

type Theme = "system" | "light" | "dark";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICON = { system: "system", light: "sun", dark: "moon" } as const;

/** `public/theme.js` reads it back before the first paint. */
const STORAGE_KEY = "agon-theme";

function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  // Pictures on a canvas read their colours again.
  window.dispatchEvent(new Event("agon-theme"));
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(currentTheme);
  return (
    <IconButton
      icon={ICON[theme]}
      label={`Theme: ${theme}. Switch to ${NEXT[theme]}`}
      onClick={() => {
        applyTheme(NEXT[theme]);
        setTheme(NEXT[theme]);
      }}
    />
  );
}
