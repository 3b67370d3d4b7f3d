// What each person comes for, done in a browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { FIXTURES, open, signIn, start } from "./harness.mjs";

let site;
before(async () => {
  site = await start();
});
after(async () => site?.stop());

test("a visitor sees who is paired with whom, the unveiling, and finds the manual", async () => {
  const page = await open(site);
  await page.goto("/");
  const pairs = await page.$$eval(".twin li", (rows) => rows.map((row) => [...row.querySelectorAll("b")].map((one) => one.textContent)));
  assert.deepEqual(pairs, [
    ["新华区", "温馨苑党总支"],
    ["卫东区", "康和苑党总支"],
    ["湛河区", "现代城党总支"],
    ["市城乡一体化示范区", "龙华庭党总支"],
    ["高新区", "悦秀苑党总支"],
  ]);
  await page.click(".twin li:nth-child(2) a");
  const main = await page.textContent("main");
  assert.match(main, /2019-12-27 揭牌/);
  assert.match(main, /未公布/, "what the report does not say stays empty");
  await page.fill("[name=q]", "议事");
  await page.press("[name=q]", "Enter");
  await page.waitForSelector("main mark");
  assert.match(await page.textContent("main"), /六步议事法操作手册/);
  assert.equal(await page.textContent("main mark"), "议事");
  await page.context().close();
});

test("a trainee takes the materials of the class in two taps", async () => {
  const page = await open(site, { width: 390 });
  await signIn(page, "trainee001");
  await page.goto("/w");
  await page.click("main a[href*='/training/']");
  await page.waitForSelector("#materials tbody tr");
  const rows = await page.$$eval("#materials tbody tr", (all) => all.length);
  assert.ok(rows >= 5, `${rows} materials`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#materials tbody tr a")]);
  assert.match(download.suggestedFilename(), /\.pptx$/);
  assert.ok((await readFile(await download.path())).length > 10_000);
  await page.context().close();
});

async function log(page, title) {
  await page.goto("/activities/new");
  await page.check("input[name=kind][value=symposium]", { force: true });
  await page.fill("[name=title]", title);
  await page.fill("[name=held_on]", "2020-05-20");
  await page.fill("[name=start_time]", "14:30");
  await page.fill("[name=place]", "鸿鹰街道会议室");
  await page.setInputFiles("[name=photo]", [path.join(FIXTURES, "photos/03_六步议事法讲解.jpg"), path.join(FIXTURES, "photos/05_老年食堂.jpg")]);
  await page.fill("[name=attended_a]", "12");
  await page.fill("[name=attended_b]", "8");
  await page.check("[name=photo_consent]");
  await page.check("[name=secrecy]");
}

for (const script of [true, false]) {
  test(`a branch logs an activity on a phone and the other side confirms it, script ${script ? "on" : "off"}`, async () => {
    const title = script ? "红色物业座谈（手机）" : "红色物业座谈（无脚本）";
    const page = await open(site, { width: 390, script });
    await signIn(page, "weidong");
    await log(page, title);
    if (script) await page.waitForFunction(() => document.querySelectorAll("[data-chosen]").length === 2);
    await page.click("main .go button");
    await page.waitForURL(/\/activities\/\d{4}-\d+/);
    assert.match(await page.textContent("main"), /待对方确认/);
    assert.equal(await page.$$eval(".shots img", (all) => all.length), 2);
    const address = new URL(page.url()).pathname;

    // REQ I-05: going back and sending the form once more makes no second record.
    await page.goBack();
    await log(page, title);
    await page.click("main .go button");
    await page.waitForURL((now) => now.pathname === address);

    const stranger = await open(site, { script });
    assert.equal((await stranger.goto(address)).status(), 404, "not public before the other side confirmed");

    const other = await open(site, { width: 390, script });
    await signIn(other, "kangheyuan");
    await other.goto("/w");
    await other.click(`main a:has-text("${title}")`);
    if (!new URL(other.url()).pathname.endsWith("/confirm")) await other.click("main a[href$='/confirm']");
    // Sent back once, mended, and confirmed.
    if (script) {
      await other.click("main summary");
      await other.fill("[name=reason]", "请补充会议形成的意见");
      await other.click("details button");
      await page.goto(address);
      assert.match(await page.textContent("main"), /请补充会议形成的意见/);
      await page.click("main a[href$='/edit']");
      assert.equal(await page.inputValue("[name=title]"), title);
      await page.fill("[name=summary]", "双方商定每季度互访一次，轮流准备议题。");
      await page.check("[name=secrecy]");
      await page.click("main .go button");
      await page.waitForURL((now) => now.pathname === address);
      assert.equal(await page.$$eval(".shots img", (all) => all.length), 2, "the photos stay");
      await other.goto(`${address}/confirm`);
    }
    await other.click("main form[action$='/confirm'] button");
    await other.waitForURL((now) => now.pathname === address);
    assert.equal((await stranger.goto(address)).status(), 200);
    assert.match(await stranger.textContent("main"), /已确认/);
    for (const one of [page, stranger, other]) await one.context().close();
  });
}

test("a form that lacks something says so at its place and keeps what was typed", async () => {
  const page = await open(site, { width: 390, script: false });
  await signIn(page, "weidong");
  await log(page, "");
  await page.click("main .go button");
  assert.match(await page.title(), /^错误：/);
  assert.equal(await page.inputValue("[name=place]"), "鸿鹰街道会议室");
  assert.equal(await page.getAttribute("[name=title]", "aria-invalid"), "true");
  assert.equal(await page.$$eval("[name=kept_photo]", (all) => all.length), 2, "photos need not be sent again");
  await page.fill("[name=title]", "补上名称");
  await page.click("main .go button");
  assert.match(await page.textContent("main"), /待对方确认/);
  assert.equal(await page.$$eval(".shots img", (all) => all.length), 2);
  await page.context().close();
});

test("an unsent draft stays on the device with its kind, and signing out clears it", async () => {
  const page = await open(site, { width: 390 });
  await signIn(page, "weidong");
  await page.goto("/activities/new");
  await page.click("main details summary");
  await page.check("input[name=kind][value=shadowing]", { force: true });
  await page.fill("[name=title]", "没有写完的记录");
  await page.check("[name=secrecy]");
  await page.reload();
  assert.equal(await page.inputValue("[name=title]"), "没有写完的记录");
  assert.ok(await page.isChecked("input[name=kind][value=shadowing]"), "the kind is kept");
  assert.ok(!(await page.isChecked("[name=secrecy]")), "the declaration is made anew each time");
  // REQ S-02
  await page.goto("/w");
  await page.click("form[action$='/logout'] button");
  await page.waitForURL((address) => address.pathname === "/");
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  await page.context().close();
});

test("a roster with errors says row, column and what is wrong, and the rest can be imported", async () => {
  const page = await open(site, { script: false });
  await signIn(page, "pds.staff");
  await page.goto("/admin/import");
  // Nothing chosen: the page says so itself, in its own language.
  await page.click("main form[enctype] button");
  assert.match(await page.textContent("main .errsum"), /请选择内容和文件/);
  await page.selectOption("[name=kind]", "enrolments");
  await page.selectOption("[name=class_id]", { index: 1 });
  await page.setInputFiles("[name=file]", path.join(FIXTURES, "../messy/07_missing_and_invalid/名册（待核）.xlsx"));
  await page.check("[name=secrecy]");
  await page.click("main form[enctype] button");
  await page.waitForURL(/\/admin\/import\/[0-9a-f-]{36}/);
  assert.match(await page.title(), /^错误：/);
  assert.match(await page.textContent(".errsum"), /第 12 行“姓名”：缺少姓名或名称/);
  assert.match(await page.textContent("tr.rejected"), /联系方式/);
  assert.match(await page.textContent("main form[action$='/confirm'] button"), /导入其余 10 行/);
  await page.click("a[href='?only=bad']");
  await page.waitForURL(/only=bad/);
  assert.equal(await page.$$eval("table.imp tbody tr:not(.rejected)", (rows) => rows.length), 0);
  await page.click("main form[action$='/cancel'] button");
  await page.waitForSelector("[data-flash]");
  assert.match(await page.textContent("[role=status]"), /没有写入任何数据/);
  await page.context().close();
});

test("staff import the roster and see the 170", async () => {
  const page = await open(site);
  await signIn(page, "pds.staff");
  await page.goto("/admin/import");
  await page.selectOption("[name=kind]", "enrolments");
  await page.selectOption("[name=class_id]", { index: 1 });
  await page.setInputFiles("[name=file]", path.join(FIXTURES, "roster.xlsx"));
  await page.check("[name=secrecy]");
  await page.click("main form[enctype] button");
  await page.waitForURL(/\/admin\/import\/[0-9a-f-]{36}/);
  assert.match(await page.textContent("main"), /170/);
  await page.click("main form[action$='/confirm'] button");
  await page.click("main a[href*='/training/']");
  assert.match(await page.textContent("main"), /共 170 人/);
  assert.doesNotMatch(await page.textContent("main"), /1990000\d{4}/, "phones are masked");
  await page.context().close();
});

test("English has its own address and keeps the page", async () => {
  const page = await open(site);
  await page.goto("/pairings/PDS-WH-2019-02");
  await page.click("header a[hreflang=en]");
  assert.equal(new URL(page.url()).pathname, "/en/pairings/PDS-WH-2019-02");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.match(await page.textContent("nav"), /Twinning/);
  await page.context().close();
});
