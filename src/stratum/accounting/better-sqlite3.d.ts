/** The part of better-sqlite3 13 that is used here; the package brings no types of its own. */
declare module "better-sqlite3" {
  interface Statement {
    readonly reader: boolean;
    all(parameters: readonly unknown[]): unknown[];
    run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
  }
  interface Options {
    readonly timeout?: number;
  }
  class Database {
    constructor(file: string, options?: Options);
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    pragma(text: string, options?: { readonly simple?: boolean }): unknown;
    close(): void;
  }

  export = Database;
}
