import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.ASSAY_SERVER ?? "http://127.0.0.1:8777";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  // The server puts a nonce of each answer in its place.
  html: { cspNonce: "assay-nonce" },
  build: {
    outDir: "../src/assay/api/bundle",
    emptyOutDir: true,
    target: "es2023",
    // A file inlined as data: would need a policy that allows them.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules.(react|react-dom|scheduler|@tanstack)\// },
            {
              name: "parts",
              test: /node_modules.(react-aria|react-stately|@react-aria|@react-stately|@internationalized|uplot)/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "^/(api|docs|openapi.json)": {
        target: server,
        changeOrigin: true,
        // The server refuses what comes from pages of another origin, which those of the development server are.
        configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing.ts"],
    // Times are shown in the local zone: this is one with an offset.
    env: { TZ: "Europe/Berlin" },
  },
});
