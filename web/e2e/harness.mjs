// A running server on a fresh folder and a real browser, for the journeys that must never break.
import { chromium } from "playwright-core";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
export const FIXTURES = path.join(ROOT, "api/fixtures/example_2019");
export const PASSWORD = "Twinning-Demo-2019";

function program() {
  const folder = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
  return process.env.TWINNING_PROGRAM ?? path.join(folder, "debug/twinning");
}

function browserPath() {
  const known = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = known.find((one) => one && existsSync(one));
  if (!found) throw new Error("Chromium is missing: install the package chromium, or name it in CHROMIUM.");
  return found;
}

async function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server with the example loaded; `stop` ends it and removes its folder. */
export async function start() {
  const folder = await mkdtemp(path.join(tmpdir(), "twinning-e2e-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    TWINNING_ENV: "test",
    TWINNING_DATA_DIR: folder,
    TWINNING_LISTEN: `127.0.0.1:${port}`,
    TWINNING_PUBLIC_URL: base,
    TWINNING_METRICS_LISTEN: "",
    TWINNING_LOG: "warn",
  };
  const seeded = spawnSync(program(), ["seed", "demo"], { env, encoding: "utf8" });
  if (seeded.status !== 0) throw new Error(`seed demo failed: ${seeded.stderr}`);
  const server = spawn(program(), ["serve"], { env, stdio: ["ignore", "ignore", "inherit"] });
  for (let turn = 0; ; turn += 1) {
    const ready = await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (turn > 100) throw new Error("the server does not become ready");
    await new Promise((done) => setTimeout(done, 100));
  }
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return {
    base,
    browser,
    api: async (address, token) => {
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      return (await fetch(`${base}/api/v1${address}`, { headers })).json();
    },
    /** The newest letter to an address, of those that wait in the folder because no mail server is named. */
    async letterTo(address) {
      for (let turn = 0; turn < 100; turn += 1) {
        const names = await readdir(path.join(folder, "mail")).catch(() => []);
        const letters = await Promise.all(names.filter((name) => name.endsWith(".eml")).map((name) => readFile(path.join(folder, "mail", name), "utf8")));
        const found = letters.filter((letter) => letter.includes(`To: ${address}`) || letter.includes(`<${address}>`));
        if (found.length > 0) return found.at(-1);
        await new Promise((done) => setTimeout(done, 100));
      }
      throw new Error(`no letter to ${address}`);
    },
    async stop() {
      await browser.close();
      const ended = new Promise((done) => server.once("exit", done));
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A browser window of a width, with the script on or off. */
export async function open(site, { width = 1440, script = true, ...rest } = {}) {
  const context = await site.browser.newContext({
    baseURL: site.base,
    viewport: { width, height: width < 600 ? 844 : 900 },
    javaScriptEnabled: script,
    locale: "zh-CN",
    acceptDownloads: true,
    ...rest,
  });
  return context.newPage();
}

/** Signs in through the form. */
export async function signIn(page, login, password = PASSWORD) {
  await page.goto("/login");
  await page.fill("[name=login]", `${login}@example.org`);
  await page.fill("[name=password]", password);
  await page.click("main button");
  await page.waitForURL((address) => !address.pathname.endsWith("/login"));
}
