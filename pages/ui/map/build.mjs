/**
 * Build the map component: src/ to assets/index.js and assets/style.css.
 *
 * `--test` (or GUATU_MAP_TEST=1) adds the handle that browser tests and benchmarks drive;
 * `--out FOLDER` writes elsewhere. The folder is emptied first, because Streamlit's asset
 * globs must match exactly one file.
 */
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { test: { type: "boolean", default: false }, out: { type: "string" } },
});
const withHandle = values.test || process.env.GUATU_MAP_TEST === "1";
const outdir = values.out ? resolve(values.out) : join(here, "assets");

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await build({
  entryPoints: { index: join(here, "src/index.js"), style: join(here, "src/style.css") },
  outdir,
  bundle: true,
  format: "esm",
  target: ["chrome109", "firefox115", "safari16"],
  minify: true,
  legalComments: "eof",
  charset: "utf8",
  define: { __TEST__: String(withHandle) },
  // The small images that Leaflet's style sheet names: inside it, so that nothing is fetched.
  loader: { ".png": "dataurl" },
  logLevel: "info",
});
