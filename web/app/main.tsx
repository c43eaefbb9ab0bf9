import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConnectionProvider } from "../client/index.ts";
import { createAppRouter } from "./router.tsx";
import "./styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <ConnectionProvider>
      <RouterProvider router={createAppRouter()} />
    </ConnectionProvider>
  </StrictMode>,
);
