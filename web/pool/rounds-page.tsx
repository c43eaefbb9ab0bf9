import { usePoolRounds } from "../client/index.ts";
import { EmptyState, PageHeading } from "../ui/index.ts";
import { PagedCard, PoolOnly } from "./parts.tsx";
import { RoundsTable } from "./rounds-table.tsx";

/** From one block of the pool to the next. */
export function RoundsPage() {
  return (
    <>
      <title>Rounds · Pool · Agon</title>
      <PageHeading
        title="Rounds"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Pool", to: "/pool" }, { label: "Rounds" }]}
      />
      <PoolOnly>
        <List />
      </PoolOnly>
    </>
  );
}

function List() {
  return (
    <PagedCard
      title="A round ends with the share that is a block"
      pages={usePoolRounds()}
      empty={<EmptyState icon="blocks" title="No round yet" />}
    >
      {(rounds) => <RoundsTable rounds={rounds} />}
    </PagedCard>
  );
}
