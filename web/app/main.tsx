import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConnectionProvider } from "../client/index.ts";
import { MinerProvider } from "../mining/miner-context.tsx";
import { createAppRouter } from "./router.tsx";
import "./styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const router = createAppRouter();
const draw = (): void =>
  createRoot(root).render(
    <StrictMode>
      <ConnectionProvider>
        <MinerProvider>
          <RouterProvider router={router} />
        </MinerProvider>
      </ConnectionProvider>
    </StrictMode>,
  );
// The first page is known before the first drawing, so that nothing is drawn, asked for, and thrown away.
void router.load().then(draw, draw);
