import { useFeature } from "../client/index.ts";
import { Card, EmptyState } from "../ui/index.ts";

export function useHasNoValidators(): boolean {
  return useFeature("validators") === false;
}

/** For whoever comes here by an address, on a chain of work. */
export function NoValidators() {
  return (
    <Card>
      <EmptyState icon="validators" title="This chain has no validators" command="agon devnet --engine pos">
        Its blocks are searched for, and nothing on it is ever final. A chain by stake draws who makes the next block.
      </EmptyState>
    </Card>
  );
}
