// Builds what a browser loads: one style sheet, one script, one sprite of icons, each under a hashed name.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

const icons = ["search", "user", "menu-2", "check", "download", "plus", "text-size", "clock", "upload", "calendar", "map-pin", "users", "camera", "x", "info-circle", "chevron-down", "alert-triangle", "home", "school", "filter", "pencil", "logout"];
const out = new URL("./dist/", import.meta.url);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const manifest = {};
async function put(name, extension, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = `${name}.${hash}.${extension}`;
  await writeFile(new URL(file, out), bytes);
  manifest[`${name}.${extension}`] = file;
}

const css = await Promise.all(["app", "pages"].map((name) => readFile(new URL(`./assets/css/${name}.css`, import.meta.url), "utf8")));
const style = await build({ stdin: { contents: css.join("\n"), loader: "css" }, minify: true, write: false });
await put("app", "css", style.outputFiles[0].contents);
const script = await build({ entryPoints: [new URL("./assets/js/app.js", import.meta.url).pathname], bundle: true, minify: true, format: "esm", write: false });
await put("app", "js", script.outputFiles[0].contents);

let sprite = '<svg xmlns="http://www.w3.org/2000/svg">';
sprite += '<symbol id="i-mark" viewBox="0 0 56 40"><path d="M20 3 37 20 20 37 3 20Z M36 3 53 20 36 37 19 20Z" fill="none" stroke="#E9C77B" stroke-width="3"/><path d="M28 14.2 33.8 20 28 25.8 22.2 20Z" fill="#fff"/></symbol>';
// On light grounds the mark is gold alone, without its white centre.
sprite += '<symbol id="i-mark-light" viewBox="0 0 56 40"><path d="M20 3 37 20 20 37 3 20Z M36 3 53 20 36 37 19 20Z" fill="none" stroke="currentColor" stroke-width="3"/></symbol>';
for (const name of icons) {
  const svg = await readFile(new URL(`./node_modules/@tabler/icons/icons/outline/${name}.svg`, import.meta.url), "utf8");
  const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/<path stroke="none"[^>]*\/>/g, "").trim();
  sprite += `<symbol id="i-${name}" viewBox="0 0 24 24">${body}</symbol>`;
}
sprite += "</svg>";
await put("sprite", "svg", Buffer.from(sprite));
const mark = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 56"><rect width="56" height="56" rx="8" fill="#9B1B1E"/><path d="M20 11 37 28 20 45 3 28Z M36 11 53 28 36 45 19 28Z" fill="none" stroke="#E9C77B" stroke-width="4"/></svg>';
await put("mark", "svg", Buffer.from(mark));
await writeFile(new URL("manifest.json", out), JSON.stringify(manifest, null, 1));
