// Writes dist/js/atlas-scene.js. The same sources and lock file give the same bytes.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

await build({
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  entryPoints: { "atlas-scene": "scene3d.js" },
  outdir: "dist/js",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  charset: "utf8",
  logLevel: "error",
});
