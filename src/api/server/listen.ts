/** The port policy: a default port that is taken moves on, a port that was asked for does not. */
import type { AddressInfo } from "node:net";
import { OperationError } from "#base";
import type { App } from "./app.ts";

const TRIES = 100;

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  /** The default port that was taken, when it was. */
  readonly movedFrom: number | null;
}

/** @throws OperationError `port-taken`, `port-forbidden` or `listen-failed` */
export async function listen(app: App, host: string, port: number, isPortFixed: boolean): Promise<Listening> {
  for (let at = port; ; at++) {
    try {
      await app.listen({ host, port: at });
      const actual = (app.server.address() as AddressInfo).port;
      const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
      return {
        host,
        port: actual,
        url: `http://${name}:${actual}`,
        movedFrom: port !== 0 && actual !== port ? port : null,
      };
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : null;
      const mayMove = !isPortFixed && at < Math.min(port + TRIES, 65_535);
      if (code === "EADDRINUSE" && mayMove) continue;
      throw explain(code, host, at, cause);
    }
  }
}

function explain(code: unknown, host: string, port: number, cause: unknown): OperationError {
  const where = `${host} port ${port}`;
  if (code === "EADDRINUSE")
    return new OperationError("port-taken", `${where} is taken by another program; choose another port`, { cause });
  if (code === "EACCES")
    return new OperationError("port-forbidden", `${where} may not be used by this user`, { cause });
  return new OperationError("listen-failed", `cannot listen on ${where}: ${(cause as Error).message}`, { cause });
}
