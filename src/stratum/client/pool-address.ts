/** Where a pool listens, as miners write it: stratum+tcp://host:port. */
export interface PoolAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const SCHEMES: Readonly<Record<string, boolean>> = {
  "stratum+tcp:": false,
  "stratum+tls:": true,
  "stratum+ssl:": true,
};

/** @returns null when it is none */
export function parsePoolAddress(text: string): PoolAddress | null {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return null;
  const isTls = SCHEMES[url.protocol];
  const port = Number(url.port);
  const isBare = (url.pathname === "" || url.pathname === "/") && url.search === "" && url.hash === "";
  if (isTls === undefined || !isBare || url.hostname === "" || !(port >= 1 && port <= 65_535)) return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, isTls };
}

export function formatPoolAddress({ host, port, isTls }: PoolAddress): string {
  return `stratum+${isTls ? "tls" : "tcp"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
