import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** What went wrong, in words, and a way to try again. */
export function ErrorState({
  title = "This could not be loaded",
  message,
  retry,
}: {
  readonly title?: string;
  readonly message: string;
  readonly retry?: () => void;
}) {
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-4 py-8 text-center">
      <span className="text-bad">
        <Icon name="alert" size={24} />
      </span>
      <p className="font-medium">{title}</p>
      <p className="max-w-prose break-words text-ink-soft text-sm">{message}</p>
      {retry === undefined ? null : (
        <Button size="small" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
