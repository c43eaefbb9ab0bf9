import type { ReactNode } from "react";

const EDGE = "pointer-events-none absolute inset-y-0 w-5 from-ink/20 to-transparent opacity-0 transition-opacity";

/** What may be wider than the page: scrolls by touch and by keyboard, with a shadow at each edge behind which there is more. */
export function ScrollSideways({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="group relative">
      <section ref={watchEdges} className="overflow-x-auto -outline-offset-2" aria-label={label} tabIndex={0}>
        {children}
      </section>
      <span aria-hidden="true" className={`${EDGE} left-0 bg-linear-to-r group-data-[more-left]:opacity-100`} />
      <span aria-hidden="true" className={`${EDGE} right-0 bg-linear-to-l group-data-[more-right]:opacity-100`} />
    </div>
  );
}

/** Marks the parent with where there is more; so that scrolling draws nothing anew. */
function watchEdges(box: HTMLElement): () => void {
  const mark = (): void => {
    const { scrollLeft, scrollWidth, clientWidth, parentElement } = box;
    parentElement?.toggleAttribute("data-more-left", scrollLeft > 1);
    // Widths are rounded, and where one has scrolled to is not.
    parentElement?.toggleAttribute("data-more-right", scrollLeft + clientWidth < scrollWidth - 1);
  };
  const observer = new ResizeObserver(mark);
  observer.observe(box);
  for (const child of box.children) observer.observe(child);
  box.addEventListener("scroll", mark, { passive: true });
  return () => {
    observer.disconnect();
    box.removeEventListener("scroll", mark);
  };
}
