import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./style/tokens.css";
import "./style/base.css";
import "./parts/parts.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AskError } from "./api/client";
import { makeRouter } from "./router";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What must be changed (4xx) is not asked again as it is.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof AskError && error.status >= 400 && error.status < 500),
    },
  },
});
const router = makeRouter(queries);
const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
