/**
 * Who may call: a page of another origin may not (CSRF), and neither may one whose name was pointed at this machine after it
 * was loaded (DNS rebinding). Such a request carries the attacker's name as `Host`; an address in digits cannot be rebound.
 */
import { isIP } from "node:net";

export interface CallerRules {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

export interface Caller {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`: a browser sets them on every request, and no page can change them. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
}

export type CallerVerdict = "same-origin" | "cross-origin" | "bad-host" | "bad-origin" | "cross-site";

/** `cross-origin` is another origin that the rules allow. */
export function judgeCaller(rules: CallerRules, caller: Caller): CallerVerdict {
  const target = parse(`http://${caller.host ?? ""}`);
  if (target === null || !isOurName(target.hostname, rules.allowedHosts)) return "bad-host";
  if (caller.origin === undefined) return isStray(caller) ? "cross-site" : "same-origin";
  const source = parse(caller.origin);
  if (source === null) return "bad-origin";
  if (source.host === target.host) return "same-origin";
  return rules.allowedOrigins.some((allowed) => isSameOrigin(allowed, source)) ? "cross-origin" : "bad-origin";
}

/** Made by a page of another site, without saying which; following its link to a page of ours is all that it may do. */
function isStray({ method, site, mode }: Caller): boolean {
  return site === "cross-site" && !(method === "GET" && mode === "navigate");
}

export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isOurName(hostname: string, allowedHosts: readonly string[]): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return hostname === "localhost" || isIP(bare) !== 0 || allowedHosts.some((name) => name.toLowerCase() === hostname);
}

/** localhost, 127.0.0.1 and [::1] of one port are one origin to us, though not to a browser. */
function isSameOrigin(allowed: string, source: URL): boolean {
  const wanted = parse(allowed);
  if (wanted === null || wanted.protocol !== source.protocol || wanted.port !== source.port) return false;
  return wanted.hostname === source.hostname || (isLoopbackName(wanted.hostname) && isLoopbackName(source.hostname));
}

function parse(text: string): URL | null {
  const url = URL.parse(text);
  return url === null || url.hostname === "" || url.username !== "" ? null : url;
}
