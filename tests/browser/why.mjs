// The page for those turned away.
import assert from "node:assert/strict";

import { accessible, check, contrast, faultsByEar, runAll, shot, task } from "./harness.mjs";

const { sent } = task;
const references = [sent.greylisted, sent.refused, sent.hostile];
const languages = { en: "en-GB", ja: "ja-JP" };

for (const [code, locale] of Object.entries(languages)) {
  check(`each is told in ${code}`, async (page) => {
    for (const reference of references) {
      const response = await page.goto(`/why/${reference}`);
      assert.equal(response.status(), 200);
      assert.equal(await page.locator("html").getAttribute("lang"), code);
      const text = await page.locator("body").innerText();
      assert.ok(text.includes(reference), text);
      assert.ok(!text.includes("secret.person"), "nothing about the mail's people");
      for (const heading of await page.locator("h1, h2").allInnerTexts()) assert.equal(/[\u3040-\u30ff\u4e00-\u9fff]/.test(heading), code === "ja", heading);
    }
    await page.goto(`/why/${sent.refused}`);
    await shot(page, `why-${code}`);
  }, { locale });
}

check("by ear: everything has a name", async (page) => {
  for (const path of ["", `${sent.refused}`, `${sent.greylisted}?lang=ja`]) {
    await page.goto(`/why/${path}`);
    assert.deepEqual(faultsByEar(await accessible(page)), [], path);
  }
});

check("the commands to check it have the real names", async (page) => {
  await page.goto(`/why/${sent.refused}`);
  const commands = (await page.locator("kbd").allInnerTexts()).join("\n");
  assert.match(commands, /203\.0\.113\.2/);
  assert.match(commands, /mail\.listed\.example/);
  assert.match(await page.locator("body").innerText(), /zen\.example/);
});

check("unknown references are all alike", async (page) => {
  const texts = new Set();
  for (const reference of ["ABCDE-FGHJK", "00000-00000", "nonsense"]) {
    await page.goto(`/why/${reference}`);
    texts.add(await page.locator("body").innerText());
  }
  assert.equal(texts.size, 1);
}, {}, { statuses: [404], messages: [/status of 404/] });

check("hostile names stay text", async (page) => {
  await page.goto(`/why/${sent.hostile}`);
  assert.ok((await page.locator("body").innerText()).includes(sent.hostileHelo));
  assert.equal(await page.locator("main img, main script").count(), 0);
});

for (const colorScheme of ["light", "dark"]) {
  check(`it can be read on a telephone, in ${colorScheme}`, async (page) => {
    for (const path of [...references.map((reference) => `/why/${reference}`), `/why/${sent.refused}?lang=ja`]) {
      await page.goto(path);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390, path);
      const { faint, page: luminance } = await page.evaluate(contrast);
      assert.deepEqual(faint, [], path);
      assert.equal(luminance < 0.2, colorScheme === "dark", `${path}: the page's own colour`);
    }
    await page.goto(`/why/${sent.refused}`);
    await shot(page, `why-narrow-${colorScheme}`);
  }, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme });
}

check("it can be read on paper, by those who see it dark, too", async (page) => {
  await page.goto(`/why/${sent.refused}`);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const { faint, page: luminance } = await page.evaluate(contrast);
  assert.deepEqual(faint, []);
  assert.ok(luminance > 0.9, "white paper");
  assert.equal(await page.locator("button, textarea").filter({ visible: true }).count(), 0);
  await shot(page, "why-print");
});

check("what is seen now can be asked, and to be let in, once", async (page) => {
  await page.goto(`/why/${sent.refused}`);
  const now = page.locator("a[href*='now/'], form[action*='now'] button").first();
  await now.click();
  await page.waitForLoadState();
  assert.match(await page.locator("main").innerText(), /203\.0\.113\.2/);
  await page.goto(`/why/${sent.refused}`);
  await page.locator("textarea").fill("<b>please</b> let us in");
  await page.locator("form[method=post] button").click();
  await page.waitForLoadState();
  assert.equal(await page.locator("main b").count(), 0);
  await shot(page, "why-requested");
  await page.goto(`/why/${sent.refused}`);
  assert.equal(await page.locator("textarea").count(), 0, "one request a reference");
}, { javaScriptEnabled: false });

await runAll();
