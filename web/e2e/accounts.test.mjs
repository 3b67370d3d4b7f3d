// From an invitation to rights: the ways of accounts that must never break.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { open, signIn, start } from "./harness.mjs";

let site;
before(async () => { site = await start(); });
after(async () => { await site?.stop(); });

const EMAIL = "newcomer@example.org";
const SECRET = "Zhanbei-Lu-2021-qiu";

/** Text of a letter whose parts are sent as base64 or quoted-printable. */
function plain(letter) {
  return letter.split(/\r?\n\r?\n/).map((part) => {
    const packed = part.split(/\r?\n--/)[0].replace(/\s/g, "");
    const opened = /^[A-Za-z0-9+/=]{40,}$/.test(packed) ? Buffer.from(packed, "base64").toString("utf8") : "";
    return `${part}\n${part.replace(/=\r?\n/g, "").replace(/=3D/g, "=")}\n${opened}`;
  }).join("\n");
}

/** The six digits of an authenticator (RFC 6238) some steps from now. */
function digits(key, steps = 0) {
  const bits = [...key.replace(/[\s=]/g, "").toUpperCase()].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", bytes).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Opens the account page of somebody from the list. */
async function accountOf(page, email) {
  await page.goto(`/admin/users?q=${encodeURIComponent(email)}`);
  await page.click("main tbody th a");
  await page.waitForURL(/\/admin\/users\/[0-9a-f-]+$/);
}

async function invited(page, email) {
  await page.goto("/admin/invitations/new");
  await page.fill("[name=name]", "测试新人");
  await page.fill("[name=email]", email);
  await page.fill("[name=organisation]", "PDS-XH");
  await page.fill("[name=identity_check]", "当面核验工作证");
  await page.click("main form button");
  await page.waitForURL(/\/admin\/invitations$/);
  return plain(await site.letterTo(email)).match(/http:\/\/[^\s"<>]+\/invitation\/[A-Za-z0-9_-]+/)[0];
}

for (const script of [true, false]) {
  test(`from an invitation to a role by two persons, script ${script ? "on" : "off"}`, async () => {
    const email = script ? EMAIL : `quiet-${EMAIL}`;
    const staff = await open(site, { script });
    await signIn(staff, "pds.staff");
    const link = await invited(staff, email);

    // The invited person opens the account on a phone; the link works once.
    const person = await open(site, { width: 390, script });
    await person.goto(link);
    assert.match(await person.textContent("main"), /测试新人/);
    await person.fill("[name=password]", "password123");
    await person.fill("[name=again]", "password123");
    await person.check("[name=notice]");
    await person.click("main form button");
    assert.match(await person.title(), /^错误：/);
    await person.fill("[name=password]", SECRET);
    await person.fill("[name=again]", SECRET);
    await person.check("[name=notice]");
    await person.click("main form button");
    await person.waitForURL(/\/login$/);
    assert.equal((await (await open(site)).goto(link)).status(), 410, "a second claim");

    // First sign-in, then a second factor with its recovery codes.
    await signIn(person, email.split("@")[0], SECRET);
    await person.goto("/me/security");
    await person.fill("#c0", SECRET);
    await person.click("form[action$='/factor/start'] button");
    await person.waitForSelector(".qr svg");
    const key = (await person.textContent(".secret-k")).trim();
    await person.fill("#code", digits(key));
    await person.click("form[action$='/factor/confirm'] button");
    await person.waitForSelector(".codes li");
    assert.ok((await person.$$(".codes li")).length >= 8);
    const spare = await person.textContent(".codes li");
    await person.goto("/w");
    await person.click("form[action$='/logout'] button");
    await person.goto("/login");
    const entry = async (code) => {
      await person.fill("[name=login]", email);
      await person.fill("[name=password]", SECRET);
      if (code) await person.fill("[name=code]", code);
      await person.click("main form button");
    };
    await entry();
    await person.waitForSelector("[name=code]");
    await entry(digits(key, 1));
    await person.waitForURL((address) => !address.pathname.endsWith("/login"));
    assert.equal((await person.goto("/activities/new")).status(), 403, "no rights without a role");

    // Staff ask for a role; the security administrator decides, not the asker.
    await accountOf(staff, email);
    await staff.fill("form[action$='/role'] [name=organisation]", "PDS-XH");
    await staff.selectOption("form[action$='/role'] [name=role]", "branch_admin");
    await staff.fill("form[action$='/role'] [name=reason]", "接任结对联络工作");
    await staff.click("form[action$='/role'] button");
    await staff.goto("/admin/approvals");
    assert.match(await staff.textContent("main tbody"), /测试新人/);
    assert.equal(await staff.$$eval("form[action$='/approve']", (all) => all.length), 0, "the asker does not decide");
    const guard = await open(site, { script });
    await signIn(guard, "security");
    await guard.goto("/admin/approvals");
    await guard.click("form[action$='/approve'] button");
    await guard.waitForURL(/\/admin\/approvals$/);
    assert.match(await guard.textContent("main"), /已保存/);

    // The new role works after signing in again, with a recovery code in place of the phone.
    await person.goto("/login");
    await entry();
    await person.waitForSelector("[name=code]");
    await entry(spare);
    await person.waitForURL((address) => !address.pathname.endsWith("/login"));
    assert.equal((await person.goto("/activities/new")).status(), 200);

    // The audit administrator finds who did it; nobody else reads the record.
    const audit = await open(site, { script });
    await signIn(audit, "audit");
    await audit.goto("/admin/audit");
    await audit.fill("[name=operation]", "approval.approve");
    await audit.click("form.filters button");
    assert.match(await audit.textContent("main tbody"), /示例安全管理员/);
    assert.equal((await guard.goto("/admin/audit")).status(), 403);
    for (const one of [staff, person, guard, audit]) await one.context().close();
  });
}

test("pages of people who look after something fit both widths, in both languages", async () => {
  const places = {
    admin: ["/admin/users", "/admin/invitations", "/admin/roles", "/admin/outbox", "/admin/jobs", "/admin/settings", "/admin/webhooks"],
    security: ["/admin/approvals", "/admin/users"],
    audit: ["/admin/audit"],
    "pds.staff": ["/admin/people", "/admin/people/new", "/admin/invitations/new", "/orgs/PDS-XH/edit"],
    trainee001: ["/w", "/me", "/me/security", "/me/messages", "/me/data", "/me/tokens"],
  };
  for (const [who, addresses] of Object.entries(places)) {
    const page = await open(site, { width: 390 });
    await signIn(page, who);
    for (const address of addresses) {
      for (const prefix of ["", "/en"]) {
        for (const width of [390, 1440]) {
          await page.setViewportSize({ width, height: 844 });
          assert.equal((await page.goto(prefix + address)).status(), 200, `${who} ${prefix}${address}`);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(over <= 0, `${prefix}${address} is ${over} px too wide at ${width}`);
        }
        if (prefix) assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      }
    }
    await page.context().close();
  }
});

test("staff tend the tree: a new organisation, a new name, a move that would be a cycle, an end", async () => {
  const page = await open(site);
  await signIn(page, "pds.staff");
  const tend = async (code, act, values) => {
    await page.goto(`/orgs/${code}/edit`);
    await page.locator("details.act-s").evaluateAll((all) => all.forEach((one) => (one.open = true)));
    for (const [name, value] of Object.entries(values)) await page.fill(`form[action$='/${act}'] [name=${name}]`, value);
    await page.click(`form[action$='/${act}'] button`);
  };
  await tend("PDS-XH", "child", { code: "PDS-XH-T1", name_full: "测试工作站党支部", name_short: "测试工作站" });
  await page.waitForURL(/\/orgs\/PDS-XH-T1$/);
  await tend("PDS-XH-T1", "rename", { name_full: "测试新名党支部", name_short: "测试新名", reason: "按文件更名" });
  await page.waitForURL(/\/orgs\/PDS-XH-T1$/);
  assert.match(await page.textContent("aside.side-l"), /测试工作站党支部/);
  await tend("PDS-XH", "move", { organisation: "PDS-XH-T1", reason: "试一试循环" });
  assert.match(await page.textContent("#fault"), /之下/);
  await tend("PDS-XH-T1", "abolish", { reason: "不再需要了" });
  await page.waitForURL(/\/orgs\/PDS-XH-T1$/);
  assert.match(await page.textContent("main"), /已撤销/);
  await page.context().close();
});

test("a token is shown once, and a reload makes no second one", async () => {
  const page = await open(site);
  await signIn(page, "weidong");
  await page.goto("/me/tokens");
  await page.fill("#name", "台账");
  await page.fill("#days", "30");
  await page.click(".form2 .btn.pri");
  // Refused without a scope: what was typed stays.
  assert.match(await page.textContent("main"), /请至少选择一项/);
  assert.equal(await page.inputValue("#name"), "台账");
  assert.equal(await page.inputValue("#days"), "30");
  await page.check("#s-activities");
  await page.click(".form2 .btn.pri");
  assert.match(await page.textContent(".secret-k"), /^twn_/);
  assert.equal(await page.$$eval("ul.msg li", (all) => all.length), 1);
  await page.reload();
  assert.equal(await page.$(".secret-k"), null);
  assert.equal(await page.$$eval("ul.msg li", (all) => all.length), 1);
  await page.close();
});

test("forms of the desk keep what was typed, and say what is wrong", async () => {
  const page = await open(site);
  await signIn(page, "pds.staff");
  // The browser's own checks are left out, so that the server's are seen.
  const sent = async (form) => { await page.$eval(form, (one) => { one.noValidate = true; }); await page.click(`${form} .btn.pri`); };
  await page.goto("/admin/webhooks");
  await page.fill("#url", "https://printer.local/x");
  await page.check("#e-0");
  await sent("form[action$='/admin/webhooks']");
  assert.match(await page.textContent("main"), /内部网络/);
  assert.equal(await page.inputValue("#url"), "https://printer.local/x");
  assert.ok(await page.isChecked("#e-0"));
  await page.goto("/me/data");
  await page.fill("#reason", "短");
  await page.$eval("form[action$='/erase']", (one) => { one.noValidate = true; });
  await page.click("form[action$='/erase'] .btn");
  assert.equal(await page.inputValue("#reason"), "短");
  await accountOf(page, "weidong");
  await page.fill("#organisation", "没有这个组织");
  await page.fill("#post", "示例职务");
  await page.fill("#reason-r", "示例：工作需要");
  await sent("form[action$='/role']");
  assert.equal(await page.inputValue("#organisation"), "没有这个组织");
  assert.equal(await page.inputValue("#post"), "示例职务");
  assert.equal(await page.inputValue("#reason-r"), "示例：工作需要");
  await page.goto("/orgs/PDS-WD/edit");
  await page.fill("#p-phone", "0375-0000000");
  await page.fill("#p-offers", "示例：可提供的经验");
  await page.$eval("form[action$='/profile'] input[name=seen]", (one) => { one.value = "0"; });
  await sent("form[action$='/profile']");
  assert.equal(await page.inputValue("#p-offers"), "示例：可提供的经验");
  const dead = await page.goto(`/address/${"x".repeat(43)}`);
  assert.equal(dead.status(), 410);
  await page.close();
  const audit = await open(site);
  await signIn(audit, "audit");
  await audit.goto("/admin/audit?from=%2B262142-12-31&to=%2B262142-12-31");
  assert.match(await audit.textContent("main"), /日期写法不对/);
  await audit.goto("/admin/audit?from=2021-01-02&to=2020-01-02");
  assert.match(await audit.textContent("main"), /开始日期晚于结束日期/);
  await audit.close();
});
