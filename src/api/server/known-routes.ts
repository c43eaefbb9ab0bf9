/** Which methods an address knows: 404 and 405 are different news. */
import type { App } from "./app.ts";

/** Starts to watch the routes that are added from now on. @returns the methods known for a path, none for an unknown one */
export function watchRoutes(app: App): (path: string) => readonly string[] {
  const routes: { readonly method: string; readonly segments: readonly string[] }[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    if (url.includes("*")) return;
    for (const one of [method].flat()) routes.push({ method: one, segments: url.split("/") });
  });
  return (path) => {
    const given = path.split("/");
    const fits = (segments: readonly string[]): boolean =>
      segments.length === given.length &&
      segments.every((segment, i) => (segment.startsWith(":") ? given[i] !== "" : segment === given[i]));
    return [...new Set(routes.filter(({ segments }) => fits(segments)).map(({ method }) => method))].sort();
  };
}
