import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "#api/contract";
import { Card, EmptyState, ErrorState, SkeletonRows } from "../ui/index.ts";

/** A card over one query in its four states: loading, failed, not there, there. */
export function QueryCard<T>({
  query,
  missing,
  title,
  rows,
  children,
}: {
  readonly query: UseQueryResult<T>;
  /** In words, when the server answers that there is no such thing. */
  readonly missing: string;
  readonly title?: string;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  return (
    <Card flush {...(title === undefined ? {} : { title })}>
      {query.data !== undefined ? (
        children(query.data)
      ) : query.isError ? (
        query.error instanceof ApiError && query.error.status === 404 ? (
          <EmptyState icon="search" title={missing}>
            {query.error.message}
          </EmptyState>
        ) : (
          <ErrorState message={query.error.message} retry={() => void query.refetch()} />
        )
      ) : (
        <SkeletonRows rows={rows ?? 6} />
      )}
    </Card>
  );
}
