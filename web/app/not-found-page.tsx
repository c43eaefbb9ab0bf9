import { Link } from "@tanstack/react-router";
import { buttonClass, Card, EmptyState } from "../ui/index.ts";

export function NotFoundPage() {
  return (
    <Card>
      <title>Not found · Agon</title>
      <h1 className="sr-only">Not found</h1>
      <EmptyState icon="search" title="There is no page here">
        The address may be mistyped. Search above for a height, a hash or an address, or go back to the start.
      </EmptyState>
      <div className="flex justify-center pb-4">
        <Link to="/" className={buttonClass()}>
          Overview
        </Link>
      </div>
    </Card>
  );
}
