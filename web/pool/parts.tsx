/** Small parts that all pages about the pool share. */
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { type Pages, useDevnetAccounts, useDevnetNodes, useHasPool, useNames, usePool } from "../client/index.ts";
import {
  Button,
  Card,
  CommandLine,
  cx,
  EmptyState,
  ErrorState,
  Identicon,
  SkeletonRows,
  shorten,
} from "../ui/index.ts";
import { PoolAway } from "./pool-away.tsx";

/** A miner by its address; a link to its page at the pool. */
export function MinerLabel({ address }: { readonly address: string }) {
  const name = useNames().get(address);
  return (
    <Link
      to={`/pool/miners/${address}`}
      title={address}
      className="inline-flex min-w-0 items-center gap-2 align-middle underline-offset-3 hover:underline"
    >
      <Identicon value={address} />
      {name === undefined ? null : <span className="font-medium">{name}</span>}
      <span className={cx("tabular whitespace-nowrap", name !== undefined && "text-ink-soft max-sm:hidden")}>
        {shorten(address, name === undefined ? 8 : 5)}
      </span>
    </Link>
  );
}

/** Why the pool does not answer; null while it does. A query that is tried again forgets why it is tried again. */
function usePoolTrouble(): string | null {
  const { isError, isSuccess, error } = usePool();
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (isError) setTrouble(error.message);
    else if (isSuccess) setTrouble(null);
  }, [isError, isSuccess, error]);
  return trouble;
}

/** The pages of a pool, where the server is one's; elsewhere how to get one. */
export function PoolOnly({ children }: { readonly children: ReactNode }) {
  const hasPool = useHasPool();
  const trouble = usePoolTrouble();
  const { data: nodes } = useDevnetNodes();
  if (hasPool === undefined)
    return <Card>{trouble === null ? <SkeletonRows rows={6} /> : <ErrorState message={trouble} />}</Card>;
  if (hasPool && trouble !== null) return <PoolAway message={trouble} />;
  if (hasPool) return children;
  if (nodes !== null && nodes !== undefined)
    return (
      <Card>
        <EmptyState icon="pool" title="This devnet has no pool" command="agon devnet --pool --data ./pooled">
          Start one with a pool: on a chain that follows the hash rate, it lets any miner join in.
        </EmptyState>
      </Card>
    );
  return (
    <Card>
      <EmptyState icon="pool" title="This server is not a pool's" command="agon pool --from dev-0">
        A pool has a server of its own, beside its node: run one, and open the address that it prints.
      </EmptyState>
    </Card>
  );
}

/** Of a devnet's accounts. */
const EXAMPLE_MINER = 3;

/** How a miner gets here. */
export function ConnectLines({ address }: { readonly address?: string }) {
  const { data: pool } = usePool();
  const accounts = useDevnetAccounts();
  const who = address ?? accounts.data?.[EXAMPLE_MINER]?.address ?? "<address>";
  const url = pool?.stratum[0] ?? "stratum+tcp://127.0.0.1:3333";
  return (
    <div className="flex min-w-0 max-w-full flex-col items-start gap-2">
      <CommandLine command={`agon mine --pool ${url} --address ${who}`} />
      <CommandLine command={`minerd -a sha256d -o ${url} -u ${who} -p x`} />
    </div>
  );
}

interface PagedProps<P extends { readonly items: readonly unknown[] }> {
  readonly title: string;
  readonly pages: Pages<P>;
  readonly empty: ReactNode;
  readonly children: (items: P["items"]) => ReactNode;
}

/** A card over a list that comes in pages, in its states. */
export function PagedCard<P extends { readonly items: readonly unknown[] }>({
  title,
  pages,
  empty,
  children,
}: PagedProps<P>) {
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card flush title={title}>
      {pages.data === undefined ? (
        pages.isError ? (
          <ErrorState message={pages.error.message} retry={() => void pages.refetch()} />
        ) : (
          <SkeletonRows rows={5} />
        )
      ) : items.length === 0 ? (
        empty
      ) : (
        <>
          {children(items)}
          {pages.hasNextPage ? (
            <div className="flex justify-center border-line border-t p-3">
              <Button size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                Older ones
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Card>
  );
}
