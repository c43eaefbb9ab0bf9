import type { ErrorComponentProps } from "@tanstack/react-router";
import { Card, ErrorState } from "../ui/index.ts";

/** A page that failed to draw: the rest of the frame stays usable. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  return (
    <Card>
      <ErrorState
        title="This page failed"
        message={error instanceof Error ? error.message : String(error)}
        retry={reset}
      />
    </Card>
  );
}
