/** Small parts that all pages about the pool share. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Pages, useFeature, usePool } from "../client/index.ts";
import {
  Badge,
  Button,
  Card,
  CommandLine,
  EmptyState,
  ErrorState,
  Identicon,
  SkeletonRows,
  shorten,
} from "../ui/index.ts";
import type { Word } from "./words.ts";

export function WordBadge({ word: { word, tone, icon }, title }: { readonly word: Word; readonly title?: string }) {
  return (
    <Badge tone={tone} icon={icon} {...(title === undefined ? {} : { title })}>
      {word}
    </Badge>
  );
}

/** A miner by its address; a link to its page at the pool. */
export function MinerLabel({ address }: { readonly address: string }) {
  return (
    <Link
      to={`/pool/miners/${address}`}
      title={address}
      className="inline-flex min-w-0 items-center gap-2 underline-offset-3 hover:underline"
    >
      <Identicon value={address} />
      <span className="tabular whitespace-nowrap">{shorten(address, 8)}</span>
    </Link>
  );
}

/** The pages of a pool, where the server is one's; elsewhere how to get one. */
export function PoolOnly({ children }: { readonly children: ReactNode }) {
  const hasPool = useFeature("pool");
  if (hasPool === undefined)
    return (
      <Card>
        <SkeletonRows rows={6} />
      </Card>
    );
  if (hasPool) return children;
  return (
    <Card>
      <EmptyState icon="pool" title="This server is not a pool's" command="agon pool --from dev-0">
        A pool has a server of its own, beside its node: run one, and open the address that it prints.
      </EmptyState>
    </Card>
  );
}

/** How a miner gets here. */
export function ConnectLines({ address = "<address>" }: { readonly address?: string }) {
  const { data: pool } = usePool();
  const url = pool?.stratum[0] ?? "stratum+tcp://127.0.0.1:3333";
  return (
    <div className="flex min-w-0 max-w-full flex-col items-start gap-2">
      <CommandLine command={`agon mine --pool ${url} --address ${address}`} />
      <CommandLine command={`minerd -a sha256d -o ${url} -u ${address} -p x`} />
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
