/** All addresses of the application. The overview is in the first load, every other page is a file of its own. */
import {
  type AnyRouter,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from "@tanstack/react-router";
import { SkeletonRows } from "../ui/index.ts";
import { CrashPage } from "./crash-page.tsx";
import { Frame } from "./frame.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";

/** Every page but the overview, loaded when it is first gone to. */
const PAGES: Readonly<Record<string, RouteComponent>> = {
  "/blocks": lazyRouteComponent(() => import("../explorer/blocks-page.tsx"), "BlocksPage"),
  "/blocks/$id": lazyRouteComponent(() => import("../explorer/block-page.tsx"), "BlockPage"),
  "/transactions/$id": lazyRouteComponent(() => import("../explorer/transaction-page.tsx"), "TransactionPage"),
  "/mempool": lazyRouteComponent(() => import("../explorer/mempool-page.tsx"), "MempoolPage"),
  "/records": lazyRouteComponent(() => import("../explorer/records-page.tsx"), "RecordsPage"),
  "/records/$id": lazyRouteComponent(() => import("../explorer/record-page.tsx"), "RecordPage"),
  "/accounts": lazyRouteComponent(() => import("../explorer/accounts-page.tsx"), "AccountsPage"),
  "/accounts/$address": lazyRouteComponent(() => import("../explorer/account-page.tsx"), "AccountPage"),
  "/network": lazyRouteComponent(() => import("../network/network-page.tsx"), "NetworkPage"),
  "/validators": lazyRouteComponent(() => import("../stake/validators-page.tsx"), "ValidatorsPage"),
  "/validators/$address": lazyRouteComponent(() => import("../stake/validator-page.tsx"), "ValidatorPage"),
  "/epochs": lazyRouteComponent(() => import("../stake/epochs-page.tsx"), "EpochsPage"),
  "/epochs/$epoch": lazyRouteComponent(() => import("../stake/epoch-page.tsx"), "EpochPage"),
  "/mining": lazyRouteComponent(() => import("../mining/mining-page.tsx"), "MiningPage"),
  "/pool": lazyRouteComponent(() => import("../pool/pool-page.tsx"), "PoolPage"),
  "/pool/rounds": lazyRouteComponent(() => import("../pool/rounds-page.tsx"), "RoundsPage"),
  "/pool/rounds/$round": lazyRouteComponent(() => import("../pool/round-page.tsx"), "RoundPage"),
  "/pool/payouts": lazyRouteComponent(() => import("../pool/payouts-page.tsx"), "PayoutsPage"),
  "/pool/miners/$address": lazyRouteComponent(() => import("../pool/miner-page.tsx"), "MinerPage"),
  "/wallet": lazyRouteComponent(() => import("../wallet/wallet-page.tsx"), "WalletPage"),
};

export function createAppRouter(): AnyRouter {
  const root = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage });
  const page = ([path, component]: readonly [string, RouteComponent]) =>
    createRoute({ getParentRoute: () => root, path, component });
  return createRouter({
    routeTree: root.addChildren([page(["/", OverviewPage]), ...Object.entries(PAGES).map(page)]),
    defaultPreload: "intent",
    defaultPendingComponent: () => <SkeletonRows label="Loading the page" />,
    defaultErrorComponent: CrashPage,
    scrollRestoration: true,
  });
}
