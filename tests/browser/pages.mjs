// The pages for those who run the server.
import assert from "node:assert/strict";

import { accessible, check, contrast, faultsByEar, runAll, shot, task, watched } from "./harness.mjs";

const { sent } = task;
const pages = task.readme ? [] : ["/", "/?since=1h", "/?since=7d", "/?since=60d", "/verdicts", `/verdicts/${sent.references[0]}`, `/verdicts/${sent.hostileReference}`,
  "/lookup", `/lookup?client=${sent.client}`, `/lookup?client=${sent.listed}`, `/lookup?client=${sent.refusedReference}`];

const number = (text) => Number(text.replaceAll(/[^\d]/g, ""));
const figure = async (page, id) => number(await page.locator(`#figure-${id}`).getAttribute("data-value"));

// The counts of a plot's series, by their look: as the table tells them, and as the bars are drawn.
async function countsOf(page, id) {
  return page.locator(`#${id}`).evaluate((plot) => {
    const numberOf = (text) => Number(text.replace(/[^\d]/g, ""));
    const heads = [...plot.querySelectorAll("thead th")].slice(1);
    const rows = [...plot.querySelectorAll("tbody tr")];
    const top = numberOf(plot.querySelector(".axis.y span").textContent);
    const counts = {};
    heads.forEach((head, i) => {
      const told = rows.reduce((sum, row) => sum + numberOf(row.cells[i + 1].textContent), 0);
      const path = plot.querySelector(`path.bar.${head.dataset.look}`);
      const bars = [...(path.getAttribute("d") ?? "").matchAll(/v([\d.]+)/g)].map((match) => Number(match[1]) * top / 100);
      counts[head.dataset.look] = { told, drawn: Math.round(bars.reduce((sum, bar) => sum + bar, 0) * 100) / 100, columns: bars.length };
    });
    return counts;
  });
}

check("every page loads in silence", async (page) => {
  for (const path of pages) {
    const response = await page.goto(path);
    assert.equal(response.status(), 200, path);
    assert.notEqual(await page.locator("h1").first().innerText(), "", path);
    assert.match(response.headers()["content-security-policy"], /default-src 'none'/, path);
  }
});

check("figures and plots show what was sent", async (page) => {
  await page.goto("/?since=1h");
  for (const id of ["all", "passed", "greylisted", "refused"]) assert.equal(await figure(page, id), sent[id], id);
  const counts = await countsOf(page, "plot-traffic");
  const by = (look) => counts[look] ?? { told: 0, drawn: 0, columns: 0 };
  assert.deepEqual([by("a-pass").told, by("a-greylist").told, by("a-reject").told], [sent.passed, sent.greylisted, sent.refused]);
  for (const [look, { told, drawn }] of Object.entries(counts)) assert.ok(Math.abs(told - drawn) < 0.05 * Math.max(1, told), `${look}: ${told} told, ${drawn} drawn`);
  assert.equal(by("a-pass").columns, 2, "two minutes had mail that passed");
  await shot(page, "overview");
});

check("the pointer shows the numbers of its column, by mouse and by key", async (page) => {
  await page.goto("/?since=1h");
  const plot = page.locator("#plot-traffic");
  const last = await plot.locator("tbody tr").evaluateAll((rows) => rows.findLastIndex((row) => [...row.cells].slice(1).some((cell) => /[1-9]/.test(cell.textContent))));
  const row = await plot.locator("tbody tr").nth(last).locator("td").allTextContents();
  await plot.locator("svg").scrollIntoViewIfNeeded();
  const column = await plot.locator(".columns rect").nth(last).boundingBox();
  await page.mouse.move(column.x + column.width / 2, column.y + column.height / 2);
  const shown = await page.locator("#pointer strong").allTextContents();
  assert.deepEqual(shown.reverse(), row);
  await page.mouse.move(0, 0);
  await page.locator("#pointer").waitFor({ state: "hidden" });
  await plot.locator("svg").focus();
  await page.keyboard.press("End");
  await page.locator("#pointer").waitFor({ state: "visible" });
  await page.keyboard.press("Escape");
  await page.locator("#pointer").waitFor({ state: "hidden" });
});

check("each plot has its name and its table", async (page) => {
  await page.goto("/");
  const plots = page.locator("figure.plot");
  assert.ok(await plots.count() >= 2);
  for (const plot of await plots.all()) {
    assert.notEqual(await plot.locator("svg[role=img]").first().getAttribute("aria-label"), "");
    await plot.locator("summary").click();
    assert.ok(await plot.locator("tbody tr").first().isVisible());
  }
});

check("by ear: everything has a name, each plot its table", async (page) => {
  for (const path of [...pages, "/?lang=ja"]) {
    await page.goto(path);
    const told = await accessible(page);
    assert.deepEqual(faultsByEar(told), [], path);
    assert.equal(told.filter(({ role, name }) => role === "heading" && name !== "").length, await page.locator("h1, h2, h3").filter({ visible: true }).count(), path);
  }
  await page.goto("/?since=1h");
  for (const summary of await page.locator("figure.plot summary").all()) {
    await summary.focus();
    await page.keyboard.press("Enter");
  }
  const told = await accessible(page);
  const plots = told.map((node, at) => ({ ...node, at })).filter(({ role }) => role === "image");
  assert.deepEqual(plots.map(({ name }) => name), ["Requests by what was answered", "Time from a request to its answer"]);
  for (const { name, at } of plots) {
    const behind = told.slice(at + 1).findIndex(({ role }) => role === "image" || role === "table");
    const table = told[at + 1 + behind];
    assert.deepEqual([table?.role, table?.name], ["table", name], "the table of a plot is the next one behind it, and says whose");
    const heads = told.slice(at + 1 + behind).filter(({ role }) => role === "columnheader");
    assert.ok(heads.length >= 3 && heads.every((head) => head.name !== ""), name);
  }
  // Of many buttons that do the same, each says to what.
  const buttons = told.filter(({ role }) => role === "button" || role === "DisclosureTriangle").map(({ name }) => name);
  assert.equal(new Set(buttons).size, buttons.length, buttons.join("; "));
  await page.goto(`/lookup?client=${sent.client}`);
  await page.locator('button.change[data-change="whitelist"]').first().click();
  const dialog = await accessible(page);
  assert.deepEqual(faultsByEar(dialog.concat({ role: "main" })), []);
  assert.deepEqual(dialog.filter(({ role }) => role === "textbox").map(({ name }) => name), ["Comment", "Your name, for the audit", "Token"]);
});

check("on paper the numbers of each plot stand below it", async (page) => {
  const rows = (id, className) => page.locator(`#${id} tbody tr${className}`).evaluateAll((all) => all.filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length);
  for (const scheme of ["light", "dark"]) {
    await page.goto("/?since=1h");
    await page.emulateMedia({ media: "print", colorScheme: scheme });
    for (const id of ["plot-traffic", "plot-times"]) {
      assert.ok(await rows(id, ":not(.idle)") >= 2, `${id}: the minutes that had mail`);
      assert.equal(await rows(id, ".idle"), 0, `${id}: nothing came in the others`);
      const { table, plot } = await page.locator(`#${id}`).evaluate((figure) => ({ table: figure.querySelector("table").getBoundingClientRect(), plot: figure.querySelector("svg").getBoundingClientRect() }));
      assert.ok(table.height > 20 && table.top >= plot.bottom, id);
    }
    assert.equal(await page.locator("button, nav, form, summary").filter({ visible: true }).count(), 0, "nothing to be pressed");
    const { faint, page: luminance } = await page.evaluate(contrast);
    assert.deepEqual(faint, [], scheme);
    assert.ok(luminance > 0.9, "white paper");
    for (const row of await page.locator(".numbers tbody tr:not(.idle) th").all()) {
      assert.ok((await row.boundingBox()).height < 30, "the time of a row stands on one line");
    }
    await shot(page, `print-${scheme}`);
    await page.emulateMedia({ media: null, colorScheme: null });
  }
  // Where a browser does not know ::details-content.
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details.numbers[open]").count(), 2);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator("details.numbers[open]").count(), 0);
});

check("the filter leaves the rows that hold its text", async (page) => {
  await page.goto("/verdicts");
  const rows = page.locator("table.verdicts tbody tr");
  assert.equal(await rows.count(), sent.greylisted + sent.refused);
  await page.locator("input.filter").fill(sent.listed);
  assert.equal(await rows.filter({ visible: true }).count(), 1);
  await page.locator("input.filter").fill("");
  assert.equal(await rows.filter({ visible: true }).count(), sent.greylisted + sent.refused);
  await page.goto("/verdicts?action=reject");
  assert.equal(await rows.count(), sent.refused);
  await shot(page, "verdicts");
});

check("a look-up by address, host name, reference", async (page) => {
  await page.goto("/");
  await page.locator("form.find input[type=search]").fill(sent.listed);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lookup\?/);
  assert.match(await page.locator("#decision").innerText(), /Reject|Refuse/i);
  assert.match(await page.locator("#signals").innerText(), /zen\.example/);
  await shot(page, "lookup");
  await page.goto(`/lookup?client=mail.listed.example`);
  assert.match(await page.locator("#forward").innerText(), new RegExp(sent.listed.replaceAll(".", "\\.")));
  await page.goto(`/lookup?client=${sent.references[1]}`);
  assert.match(await page.locator("#help").innerText(), /198\.51\.100\.2/);
  await page.goto(`/verdicts/${sent.refusedReference}`);
  await shot(page, "verdict");
});

check("what is no address, name or reference is said to be none", async (page) => {
  for (const nonsense of ["<b>x</b>", "256.256.256.256", "a..b"]) {
    await page.goto(`/lookup?client=${encodeURIComponent(nonsense)}`);
    assert.ok(await page.locator("#error[role=alert]").isVisible(), nonsense);
  }
}, {}, { statuses: [400], messages: [/status of 400/] });

check("hostile names stay text", async (page) => {
  for (const path of ["/", "/verdicts", `/verdicts/${sent.hostileReference}`, `/lookup?client=${sent.hostileReference}`, "/?lang=ja",
    `/lookup?client=${encodeURIComponent(sent.hostileHelo)}&helo=${encodeURIComponent(sent.hostileHelo)}`]) {
    await page.goto(path);
    assert.equal(await page.locator("main img, main script, main iframe, main object").count(), 0, path);
  }
  await page.goto(`/verdicts/${sent.hostileReference}`);
  const text = await page.locator("main").innerText();
  assert.ok(text.includes(sent.hostileHelo), text);
  assert.ok(text.includes(sent.hostileSender), text);
  await shot(page, "hostile");
}, {}, { statuses: [400], messages: [/status of 400/] });

check("in Japanese every page is Japanese", async (page) => {
  for (const path of ["/", "/verdicts", `/verdicts/${sent.refusedReference}`, `/lookup?client=${sent.client}`]) {
    await page.goto(path);
    assert.equal(await page.locator("html").getAttribute("lang"), "ja", path);
    for (const heading of await page.locator("h1, main h2").allInnerTexts()) {
      const isOfWords = /[a-z]{4}/i.test(heading) && !/^[\w.:-]+$/.test(heading.trim());
      assert.ok(/[\u3040-\u30ff\u4e00-\u9fff]/.test(heading) || !isOfWords, `${path}: ${heading}`);
    }
  }
  await page.goto("/");
  await shot(page, "overview-ja");
  await page.locator(".languages a[lang=en]").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
}, { locale: "ja-JP" });

check("at 390 pixels nothing is wider than the screen", async (page) => {
  for (const path of [...pages, "/?lang=ja", "/verdicts?lang=ja"]) {
    await page.goto(path);
    const wide = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((element) => {
      const inScroll = element.closest(".scroll, pre");
      return !inScroll && element.getBoundingClientRect().right > window.innerWidth + 1 && element.getClientRects().length > 0;
    }).slice(0, 3).map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`));
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path}: ${width} pixels: ${wide.join("; ")}`);
  }
  await page.goto("/");
  await shot(page, "narrow");
  await page.goto("/verdicts");
  await shot(page, "narrow-verdicts");
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

for (const scheme of ["light", "dark"]) {
  check(`texts can be read in ${scheme}`, async (page) => {
    for (const path of ["/", "/verdicts", `/verdicts/${sent.refusedReference}`, `/lookup?client=${sent.listed}`]) {
      await page.goto(path);
      const { faint, page: luminance } = await page.evaluate(contrast);
      assert.deepEqual(faint, [], path);
      assert.equal(luminance < 0.2, scheme === "dark", `${path}: the page's own colour`);
    }
    if (scheme === "dark") {
      await page.goto("/?since=1h");
      await shot(page, "overview-dark");
    }
  }, { colorScheme: scheme });
}

check("everything can be read without script", async (page) => {
  await page.goto("/?since=1h");
  assert.equal(await figure(page, "all"), sent.all);
  assert.ok(await page.locator("#plot-traffic path.bar").first().isVisible());
  await page.goto("/verdicts");
  assert.equal(await page.locator("table.verdicts tbody tr").count(), sent.greylisted + sent.refused);
}, { javaScriptEnabled: false });

check("by keyboard alone", async (page) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

async function change(page, client, what, token) {
  await page.goto(`/lookup?client=${client}`);
  await page.locator(`button.change[data-change=${what}][data-target="${client}"]`).first().click();
  await page.locator("#change-comment").fill("asked for by telephone");
  await page.locator("#change-by").fill("browser-test");
  await page.locator("#change-token").fill(token);
  await page.locator("#change-do").click();
}

const whitelist = async (page) => JSON.stringify(await page.evaluate(async () => (await fetch("/api/v1/whitelist")).json()));

check("without the right token nothing is changed", async (page) => {
  await change(page, sent.client, "whitelist", "a-wrong-token");
  await page.waitForFunction(() => document.querySelector("#change-result").textContent !== "");
  const result = page.locator("#change-result");
  assert.ok((await result.innerText()).startsWith(await result.getAttribute("data-refused")), await result.innerText());
  await shot(page, "refused", { fullPage: false });
  assert.ok(!(await whitelist(page)).includes(sent.client));
}, {}, { statuses: [401], messages: [/status of 401/] });

check("in Japanese a refusal is Japanese", async (page) => {
  await change(page, sent.client, "whitelist", "a-wrong-token");
  await page.waitForFunction(() => document.querySelector("#change-result").textContent !== "");
  const result = page.locator("#change-result");
  assert.doesNotMatch(await result.innerText(), /[a-z0-9]/i);
  assert.equal(await result.getAttribute("title"), null);
  await page.route("**/api/v1/whitelist", (route) => route.abort());
  await page.locator("#change-do").click();
  await page.waitForFunction(() => document.querySelector("#change-result").textContent === document.querySelector("#change-result").dataset.unreachable);
  assert.doesNotMatch(await result.innerText(), /[a-z0-9]/i);
}, { locale: "ja-JP" }, { statuses: [401], messages: [/status of 401/, /api\/v1\/whitelist net::ERR_FAILED/, /net::ERR_FAILED/] });

check("with the token a client is whitelisted, and another taken back", async (page) => {
  const done = async () => {
    await page.waitForFunction(() => document.querySelector("#change-result").textContent !== "");
    const result = page.locator("#change-result");
    assert.match(await result.innerText(), /^Done\. 198\.51\.100\.\d+ is on the whitelist\.$/);
  };
  await change(page, sent.client, "whitelist", task.token);
  await done();
  await shot(page, "whitelisted", { fullPage: false });
  assert.ok((await whitelist(page)).includes(sent.client));
  const second = sent.client.replace(/\d+$/, "2");
  await change(page, second, "whitelist", task.token);
  await done();
  await page.locator("#change-undo").click();
  await page.waitForFunction(async (target) => !JSON.stringify(await (await fetch("/api/v1/whitelist")).json()).includes(target), second);
});

check("what replaced another entry is undone to that one", async (page) => {
  const third = sent.client.replace(/\d+$/, "3");
  await change(page, third, "whitelist", task.token);
  await page.waitForFunction(() => document.querySelector("#change-result").textContent.startsWith("Done."));
  assert.ok(!(await whitelist(page)).includes("ticket 9"));
  await page.locator("#change-undo").click();
  await page.waitForFunction(() => /as it was before/.test(document.querySelector("#change-result").textContent));
  assert.ok((await whitelist(page)).includes("ticket 9"));
});

check("requests to be let in are answered where they stand", async (page) => {
  const done = (pattern) => page.waitForFunction((text) => new RegExp(text).test(document.querySelector("#change-result").textContent), pattern);
  const answer = async (reference, decision) => {
    await page.goto("/");
    await page.locator(`#requests tr[data-request="${reference}"] button[data-change="${decision}"]`).click();
    await page.locator("#change-token").fill(task.token);
    await page.locator("#change-by").fill("browser-test");
    await page.locator("#change-do").click();
  };
  await page.goto("/");
  await page.locator('#attention a[href="#requests"]').click();
  assert.ok(await page.locator("#requests tbody tr").first().evaluate((row) => row.getBoundingClientRect().top < window.innerHeight));
  assert.equal(await page.locator("#requests tbody tr").count(), 2);
  assert.ok((await page.locator("#requests").innerText()).includes(sent.hostileRequest), "as text");
  assert.equal(await page.locator("#requests b, #requests img, #requests td.text a").count(), 0);
  await shot(page, "requests");
  await answer(sent.hostileReference, "refuse");
  await done("is refused");
  await answer(sent.refusedReference, "allow");
  await done("mail.listed.example is on the whitelist");
  await page.goto("/");
  assert.equal(await page.locator("#requests").count(), 0);
});

// The two of README.md, at the top of their pages.
async function shootForReadme(browser) {
  for (const [name, path, colorScheme] of [["overview", "/?since=24h", "light"], ["verdict", `/verdicts/${sent.refusedReference}`, "light"]]) {
    const { page, context } = await watched(browser, { viewport: { width: 1100, height: 880 }, colorScheme }, {});
    await page.goto(path);
    await shot(page, name, { fullPage: false });
    await context.close();
  }
}

await runAll(task.readme ? shootForReadme : undefined);
