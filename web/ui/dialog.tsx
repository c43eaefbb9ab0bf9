import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";

/** A modal by the platform's own `dialog`: it keeps the focus, closes with Escape and needs no inline style. */
export function Dialog({
  open,
  title,
  close,
  children,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={close}
      className="w-[min(30rem,calc(100vw-2rem))] rounded-card border border-line bg-card p-0 text-ink shadow-pop backdrop:bg-black/40"
    >
      <header className="flex items-center justify-between border-line border-b py-2 pr-2 pl-4">
        <h2 id={id} className="font-semibold text-base">
          {title}
        </h2>
        <IconButton icon="cross" label="Close" onClick={close} />
      </header>
      <div className="p-4">{open ? children : null}</div>
    </dialog>
  );
}
