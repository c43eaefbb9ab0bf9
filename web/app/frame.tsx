import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLiveConnection, useStatus } from "../client/index.ts";
import { StaleMarker } from "../ui/index.ts";
import { BottomBar, Rail } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";

/** What surrounds every page: rail or bottom bar, search, chain, node, health. */
export function Frame() {
  const connection = useLiveConnection();
  const engine = useStatus().data?.chain.engine;
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (engine !== undefined) document.documentElement.dataset.engine = engine;
  }, [engine]);
  useEffect(() => {
    // A new page is read from its beginning by those who hear it; who has begun to type another search goes on.
    const isSearching = document.activeElement?.closest("search") != null;
    if (shown.current !== path && !isSearching) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return (
    <>
      <a
        href="#main"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-control bg-ink px-3 py-2 text-canvas text-sm focus:translate-y-0"
      >
        Skip to content
      </a>
      <Rail />
      <div className="flex min-h-dvh min-w-0 flex-col pb-16 md:pb-0 md:pl-15 xl:pl-50">
        <TopBar />
        {connection.state === "lost" ? <StaleMarker sinceMs={connection.sinceMs} /> : null}
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto flex w-full min-w-0 max-w-350 flex-1 flex-col gap-4 p-4 outline-none md:px-6"
        >
          <Outlet />
        </main>
      </div>
      <BottomBar />
    </>
  );
}
