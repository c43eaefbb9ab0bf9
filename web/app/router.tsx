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

export function createAppRouter(): AnyRouter {
  const root = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage });
  const page = (path: string, component: RouteComponent) =>
    createRoute({ getParentRoute: () => root, path, component });
  return createRouter({
    routeTree: root.addChildren([
      page("/", OverviewPage),
      page(
        "/blocks",
        lazyRouteComponent(() => import("../explorer/blocks-page.tsx"), "BlocksPage"),
      ),
      page(
        "/blocks/$id",
        lazyRouteComponent(() => import("../explorer/block-page.tsx"), "BlockPage"),
      ),
      page(
        "/transactions/$id",
        lazyRouteComponent(() => import("../explorer/transaction-page.tsx"), "TransactionPage"),
      ),
      page(
        "/mempool",
        lazyRouteComponent(() => import("../explorer/mempool-page.tsx"), "MempoolPage"),
      ),
      page(
        "/records",
        lazyRouteComponent(() => import("../explorer/records-page.tsx"), "RecordsPage"),
      ),
      page(
        "/records/$id",
        lazyRouteComponent(() => import("../explorer/record-page.tsx"), "RecordPage"),
      ),
      page(
        "/accounts",
        lazyRouteComponent(() => import("../explorer/accounts-page.tsx"), "AccountsPage"),
      ),
      page(
        "/accounts/$address",
        lazyRouteComponent(() => import("../explorer/account-page.tsx"), "AccountPage"),
      ),
      page(
        "/network",
        lazyRouteComponent(() => import("../network/network-page.tsx"), "NetworkPage"),
      ),
      page(
        "/validators",
        lazyRouteComponent(() => import("../stake/validators-page.tsx"), "ValidatorsPage"),
      ),
      page(
        "/validators/$address",
        lazyRouteComponent(() => import("../stake/validator-page.tsx"), "ValidatorPage"),
      ),
      page(
        "/epochs",
        lazyRouteComponent(() => import("../stake/epochs-page.tsx"), "EpochsPage"),
      ),
      page(
        "/epochs/$epoch",
        lazyRouteComponent(() => import("../stake/epoch-page.tsx"), "EpochPage"),
      ),
      page(
        "/mining",
        lazyRouteComponent(() => import("../mining/mining-page.tsx"), "MiningPage"),
      ),
      page(
        "/wallet",
        lazyRouteComponent(() => import("../wallet/wallet-page.tsx"), "WalletPage"),
      ),
    ]),
    defaultPreload: "intent",
    defaultPendingComponent: () => <SkeletonRows label="Loading the page" />,
    defaultErrorComponent: CrashPage,
    scrollRestoration: true,
  });
}
