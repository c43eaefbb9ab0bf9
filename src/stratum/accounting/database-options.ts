/** Where the books are kept. */
export type DatabaseOptions =
  /** `file` may be `:memory:`. `maxPages` bounds its size; it is for tests. */
  | { readonly kind: "sqlite"; readonly file: string; readonly maxPages?: number }
  /** As in `postgres://user:password@host:5432/name`; `?host=/folder` behind it is where a socket lies instead. */
  | { readonly kind: "postgres"; readonly url: string };
