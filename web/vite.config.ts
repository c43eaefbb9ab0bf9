import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = fileURLToPath(new URL("../src/", import.meta.url));
/** Smaller files are not worth a second request's headers. */
const COMPRESS_FROM_BYTES = 1024;

/**
 * Pages for `build/web`. Nothing is inlined, so that a policy of `default-src 'self'` holds.
 * `AGON_API` (http://host:port) is what the development server forwards `/v1` to.
 */
export default defineConfig({
  root: here,
  plugins: [react(), tailwindcss(), compressed()],
  build: {
    outDir: fileURLToPath(new URL("../build/web", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2024",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      // The shared folders make tables and schemas when they are loaded; unused, they need not be here.
      treeshake: { moduleSideEffects: (id) => !id.startsWith(sources) },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": { target: process.env.AGON_API ?? "http://127.0.0.1:8730", changeOrigin: true, ws: true } },
  },
});

/** Writes `.br` and `.gz` beside each text file; the server sends these to browsers that take them. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const files = await readdir(dir, { recursive: true });
      await Promise.all(
        files.filter((file) => /\.(js|css|html|svg)$/.test(file)).map((file) => compress(join(dir, file))),
      );
    },
  };
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < COMPRESS_FROM_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, quality));
  await writeFile(`${file}.gz`, await promisify(gzip)(bytes));
}
