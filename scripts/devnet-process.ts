/** A devnet as a process of its own, for scripts that watch one. */
import { spawn } from "node:child_process";
import { createClient, type DevnetNode } from "#api/contract";

export interface DevnetProcess {
  /** Address of the console, or null until it is known. */
  url(): string | null;
  /** What the console says of its nodes; null while it does not answer. */
  nodes(): Promise<readonly DevnetNode[] | null>;
  running(): boolean;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and ends it and whatever it left behind when it does not within 20 s. */
  stop(): Promise<void>;
  kill(): void;
}

/** Runs a command that starts a devnet; what it prints is passed on. */
export function startDevnet(command: string, args: readonly string[]): DevnetProcess {
  // A group of its own, so that nothing of it is missed at the end.
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const kill = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      kill();
      process.exit(1);
    });
  }
  /** The console's address is the first that a devnet prints: it moves when the usual port is in use. */
  const url = (): string | null => /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(output)?.[0] ?? null;
  return {
    url,
    ended,
    kill,
    async stop() {
      child.kill("SIGTERM");
      const overdue = setTimeout(kill, 20_000);
      await ended;
      clearTimeout(overdue);
    },
    running: () => child.exitCode === null && child.signalCode === null,
    async nodes() {
      const baseUrl = url();
      if (baseUrl === null) return null;
      const client = createClient({ baseUrl, fetch });
      return client.devnet.nodes({ timeoutMs: 5_000 }).then(
        ({ nodes }) => nodes,
        () => null,
      );
    },
  };
}

/** The height at which `count` nodes have one head; null when they do not. */
export function commonHeight(nodes: readonly DevnetNode[], count: number): number | null {
  const heads = nodes.flatMap(({ head }) => (head === null ? [] : [head]));
  const [first] = heads;
  if (first === undefined || heads.length !== count) return null;
  return heads.every(({ hash }) => hash === first.hash) ? first.height : null;
}
