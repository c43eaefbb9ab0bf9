import { useParams } from "@tanstack/react-router";

/** A part of the address of the page; empty when the route has none of that name. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Readonly<Record<string, string | undefined>>;
  return params[name] ?? "";
}
