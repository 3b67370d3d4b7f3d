// Every page, for every eye: accessibility, width, weight, no errors in the console, nothing from outside.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { open, signIn, start } from "./harness.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** First view of any page, compressed, without photographs (bytes). */
const WEIGHT = 150 * 1024;

let site;
let pages;
before(async () => {
  site = await start();
  const one = async (address) => (await site.api(address)).items[0];
  const training = (await one("/classes")).id;
  const document = (await one("/documents")).id;
  const notice = (await one("/notices")).id;
  pages = {
    "": ["/", "/pairings", "/pairings/PDS-WH-2019-02", "/activities", "/activities/2019-0001", "/training", `/training/${training}`, `/training/${training}/materials`, "/library", "/library?q=议事", `/library/${document}`, `/library/${document}/versions`, "/orgs", "/orgs?q=pds", "/orgs/PDS-XH", "/notices", `/notices/${notice}`, "/search?q=议事", "/search?q=没有这句话", "/login", "/password", "/orgs?sort=stroke", "/help", "/accessibility", "/privacy", "/sitemap", "/no-such-page", "/en/", "/en/library?q=议事"],
    admin: ["/admin/users", "/admin/roles", "/admin/outbox", "/admin/jobs", "/admin/webhooks", "/admin/settings"],
    security: ["/admin/approvals", "/admin/invitations"],
    audit: ["/admin/audit"],
    trainee001: ["/me", "/me/security", "/me/messages", "/me/data", "/me/tokens", "/w", `/training/${training}`, `/training/${training}/roster`],
    weidong: ["/w", "/activities/new"],
    kangheyuan: ["/w/todo"],
    "pds.staff": ["/w", "/admin/people", "/admin/people/new", "/admin/invitations/new", "/orgs/PDS-XH/edit", "/admin/import", `/training/${training}/roster`],
  };
});
after(async () => site?.stop());

async function looked(look, settings) {
  const faults = [];
  for (const [who, addresses] of Object.entries(pages)) {
    const page = await open(site, { bypassCSP: true, ...settings });
    const seen = [...addresses];
    page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(site.base)) faults.push(`${page.url()} asks for ${request.url()}`);
    });
    if (who) await signIn(page, who);
    // The first of a list stands for the pages of one account and one person.
    for (const list of addresses.filter((one) => ["/admin/users", "/admin/people"].includes(one))) {
      await page.goto(list);
      seen.push(new URL(await page.$eval("main tbody th a", (one) => one.href)).pathname);
    }
    for (const address of seen) {
      if (settings.cookies) await page.context().addCookies(settings.cookies.map((cookie) => ({ ...cookie, url: site.base })));
      await page.goto(address);
      faults.push(...(await look(page, address)));
    }
    await page.context().close();
  }
  assert.deepEqual(faults, []);
}

async function accessible(page, address) {
  await page.addScriptTag({ content: AXE });
  const found = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), TAGS);
  return found.violations.map((one) => `${address} ${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 120)}`);
}

const large = [{ name: "twinning_size", value: "large" }];
const dark = [{ name: "twinning_theme", value: "dark" }];
for (const [name, settings] of Object.entries({
  "1440": { width: 1440 },
  "390": { width: 390 },
  "1440 dark": { width: 1440, cookies: dark },
  "390 large": { width: 390, cookies: large },
})) {
  test(`no accessibility violation at ${name}`, async () => looked(accessible, settings));
}

test("nothing scrolls sideways at 320 pixels", async () => {
  await looked(async (page, address) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    return over > 0 ? [`${address} is ${over} pixels too wide`] : [];
  }, { width: 320 });
});

test("no public page weighs more than its budget", async () => {
  for (const address of pages[""]) {
    const page = await open(site);
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let bytes = 0;
    const pictures = new Set();
    session.on("Network.responseReceived", ({ requestId, response }) => {
      if (response.url.includes("/files/")) pictures.add(requestId);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (!pictures.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(address, { waitUntil: "networkidle" });
    assert.ok(bytes > 0 && bytes <= WEIGHT, `${address}: ${bytes} bytes`);
    await page.context().close();
  }
});
