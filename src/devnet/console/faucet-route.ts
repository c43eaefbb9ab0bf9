/** Coins for whoever has none. Open like any signed transaction: the keys that pay are public; what limits it is the faucet. */
import { DevnetFaucetRequest, DevnetFaucetResult } from "#api/contract";
import type { App } from "#api/server";
import { formatCoins } from "#wallet/core";
import type { ConsoleParts } from "./console-parts.ts";
import { auditWith } from "./node-orders.ts";

export function addFaucetRoute(app: App, parts: ConsoleParts): void {
  const audited = auditWith(parts);
  app.post(
    "/v1/devnet/faucet",
    {
      schema: {
        tags: ["devnet"],
        summary: "Send coins of a dev account to an address, within limits by address and time",
        body: DevnetFaucetRequest,
        response: { 200: DevnetFaucetResult },
      },
    },
    ({ body, ip }) =>
      audited(
        "faucet",
        null,
        ip,
        () => parts.faucet.give(body),
        ({ to, amount, id }) => `${formatCoins(BigInt(amount))} coins to ${to}, transaction ${id}`,
      ),
  );
}
