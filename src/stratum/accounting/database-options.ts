/** Where the books are kept. */
export type DatabaseOptions =
  /** `file` may be `:memory:`. `maxPages` bounds its size; it is for tests. */
  | { readonly kind: "sqlite"; readonly file: string; readonly maxPages?: number }
  /** `url` as in `postgres://user:password@host:5432/name`; `socketDir` instead of a host. */
  | { readonly kind: "postgres"; readonly url: string; readonly socketDir?: string };
