import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createPageClient, useConnection, useDevnetNodes, usePool } from "../client/index.ts";
import { TokenField } from "../network/token-field.tsx";
import { Button, Card, ErrorState, Icon } from "../ui/index.ts";

/** In place of the pages of a pool that does not answer; on a devnet it can be started from here. */
export function PoolAway({ message }: { readonly message: string }) {
  const pool = usePool();
  const { data: nodes } = useDevnetNodes();
  return (
    <Card flush>
      <ErrorState title="The pool is away" message={message} retry={() => void pool.refetch()} />
      {nodes !== null && nodes !== undefined ? <StartAgain /> : null}
    </Card>
  );
}

function StartAgain() {
  const { token } = useConnection();
  const cache = useQueryClient();
  const start = useMutation({
    mutationFn: () => createPageClient({ node: null, token: token.trim() }).client.devnet.orderPool("start"),
    onSettled: () => cache.invalidateQueries({ queryKey: ["pool"] }),
  });
  return (
    <form
      className="mx-auto flex w-full max-w-96 flex-col gap-2 px-4 pb-6"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <TokenField />
      <div className="flex items-center gap-3">
        <Button
          type="submit"
          look="primary"
          icon="play"
          disabled={token.trim() === "" || start.isPending}
          busy={start.isPending}
        >
          Start the pool
        </Button>
        {start.isError ? (
          <p role="alert" className="flex items-center gap-2 text-bad text-sm">
            <Icon name="alert" />
            {start.error.message}
          </p>
        ) : null}
      </div>
    </form>
  );
}
