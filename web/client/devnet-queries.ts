/** The console's part: null everywhere on a plain node. */
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { ApiError, type AuditEntry, type DevnetAccount, type DevnetAccounts, type DevnetNode } from "#api/contract";
import { createPageClient } from "./api.ts";
import { useClient, useConnection } from "./context.tsx";
import { keys } from "./keys.ts";

const NODES_EVERY_MS = 1_000;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

async function nullWhenAbsent<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** The console's nodes, asked for every second; null on a plain node, which is not asked. */
export function useDevnetNodes(): UseQueryResult<readonly DevnetNode[] | null> {
  const { client, isConsole } = useConnection();
  const cache = useQueryClient();
  return useQuery({
    queryKey: keys.devnetNodes,
    queryFn: async ({ signal }) => {
      // A console without a running node has no status, but its nodes can be started.
      if (isConsole() === null)
        await cache.fetchQuery({ queryKey: keys.status, queryFn: () => client.status() }).catch(() => null);
      if (isConsole() === false) return null;
      return (await nullWhenAbsent(client.devnet.nodes({ signal })))?.nodes ?? null;
    },
    refetchInterval: ({ state }) => (state.data === null ? false : NODES_EVERY_MS),
    staleTime: ({ state }) => (state.data === null ? Number.POSITIVE_INFINITY : 0),
  });
}

function useConsoleAccounts<T>(select: (accounts: DevnetAccounts | null) => T): UseQueryResult<T> {
  const client = useClient();
  const nodes = useDevnetNodes();
  const isConsole = nodes.data !== undefined && nodes.data !== null;
  return useQuery({
    queryKey: keys.devnetAccounts,
    queryFn: ({ signal }) => nullWhenAbsent(client.devnet.accounts({ signal })),
    enabled: isConsole,
    staleTime: Number.POSITIVE_INFINITY,
    select,
  });
}

export function useDevnetAccounts(): UseQueryResult<readonly DevnetAccount[] | null> {
  return useConsoleAccounts(accountsOf);
}

/** Owners of the bonds that a devnet's chain begins with; empty where it has none. */
export function useDevnetValidators(): readonly DevnetAccount[] {
  return useConsoleAccounts(validatorsOf).data ?? [];
}

/** Names of addresses that have one. */
export function useNames(): ReadonlyMap<string, string> {
  return useConsoleAccounts(namesOf).data ?? NO_NAMES;
}

function accountsOf(accounts: DevnetAccounts | null): readonly DevnetAccount[] | null {
  return accounts?.accounts ?? null;
}

function validatorsOf(accounts: DevnetAccounts | null): readonly DevnetAccount[] {
  return accounts?.validators ?? [];
}

function namesOf(accounts: DevnetAccounts | null): ReadonlyMap<string, string> {
  const { accounts: funded = [], validators = [], signers = [] } = accounts ?? {};
  const named = [...funded, ...validators, ...signers];
  return new Map(named.map(({ address, name }) => [address, name]));
}

/** Newest first. */
export function useAudit(enabled: boolean): UseQueryResult<readonly AuditEntry[] | null> {
  const client = useClient();
  return useQuery({
    queryKey: keys.devnetAudit,
    queryFn: async ({ signal }) => {
      const log = await nullWhenAbsent(client.devnet.audit({ signal }));
      return log === null ? null : log.entries.toSorted((a, b) => b.atMs - a.atMs);
    },
    enabled,
  });
}

export type NodeOrder = "mine" | "validate" | "shutdown" | "start" | "kill";

/** Gives one order to one node of the devnet; answers with what came of it, in a sentence. */
export function useNodeOrder(token: string): UseMutationResult<string, Error, { order: NodeOrder; name: string }> {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ order, name }) => giveOrder(token, order, name).catch(explain),
    onSettled: () => cache.invalidateQueries({ queryKey: ["devnet"] }),
  });
}

function explain(error: unknown): never {
  if (error instanceof ApiError && error.status === 401)
    throw new Error("This is not the token of this devnet.", { cause: error });
  throw error;
}

async function giveOrder(token: string, order: NodeOrder, name: string): Promise<string> {
  const { devnet } = createPageClient({ node: null, token }).client;
  switch (order) {
    case "mine": {
      const { blocks } = await devnet.mine(name, { blocks: 1 });
      return `${name} mined block ${blocks[0]?.height ?? "?"}.`;
    }
    case "validate": {
      const report = await devnet.validate(name);
      const verdict = report.valid
        ? "is valid"
        : `has ${report.problems.length} problems: ${report.problems[0]?.message}`;
      return `The chain of ${name} ${verdict}; ${report.checkedBlocks} blocks checked.`;
    }
    case "start":
      return `${name} is ${(await devnet.start(name)).state}.`;
    case "shutdown":
      return `${name} is ${(await devnet.shutdown(name)).state}.`;
    case "kill":
      return `${name} was killed; it is ${(await devnet.kill(name)).state}.`;
  }
}
