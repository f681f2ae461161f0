// Bundles the page into ../lanyard_dashboard/static/built, where the gateway serves it from. What is
// seldom looked at (the 3D view) becomes a file of its own, which is loaded when it is wanted.

import { build } from "esbuild";
import { rmSync } from "node:fs";

const BUILT = new URL("../lanyard_dashboard/static/built", import.meta.url).pathname;

rmSync(BUILT, { recursive: true, force: true });
await build({
  entryPoints: { app: "src/main.tsx" },
  outdir: BUILT,
  bundle: true,
  splitting: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  target: "es2022",
  minify: true,
  chunkNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
});
