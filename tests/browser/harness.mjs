// What the scripts of this folder share.  browser_case.py says, on standard input, where the daemon is and what was
// sent.  Each check has a browser context of its own; a message in the console, a failed request, one to elsewhere, a
// violation of the content security policy or a dialog fails it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const task = JSON.parse(readFileSync(0, "utf8"));
const { chromium } = createRequire(import.meta.url)(task.playwright);

const checks = [];
// `options`: of the browser's context; `expected`: statuses of answers and patterns of messages that are no fault.
export function check(name, run, options = {}, expected = {}) {
  checks.push({ name, run, options, expected });
}

export async function watched(browser, options, expected) {
  const context = await browser.newContext({ baseURL: task.base, viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(15000);
  const faults = [];
  const isExpected = (text) => (expected.messages ?? []).some((pattern) => pattern.test(text));
  const note = (text) => {
    if (!isExpected(text)) faults.push(text);
  };
  context.on("console", (message) => note(`console: ${message.text()}`));
  context.on("weberror", (error) => note(`error: ${error.error()}`));
  // What a page still asked for when the next one was opened is no fault.
  context.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== "net::ERR_ABORTED") note(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && !(expected.statuses ?? []).includes(response.status())) note(`${response.status()}: ${response.url()}`);
    if (!response.url().startsWith(task.base)) note(`asked elsewhere: ${response.url()}`);
  });
  if (options.javaScriptEnabled !== false) {
    await context.exposeFunction("noteViolation", (text) => note(`content security policy: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`));
    });
  }
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { page, context, faults };
}

export const shot = (page, name, options = {}) => page.screenshot({ path: join(task.screenshots, `${name}.png`), fullPage: true, ...options });

// The least ratio of a text to what lies behind it (WCAG 2.1: 4.5 for text).
export const contrast = () => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const linear = rgb.slice(0, 3).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0.5) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("main *, header *, footer")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    if (style.color.startsWith("color(") || style.visibility === "hidden") continue;
    const [a, b] = [luminance(channels(style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(1)} ${element.tagName}.${element.className} "${element.textContent.trim().slice(0, 30)}"`);
  }
  return { faint, page: luminance(behind(document.body)) };
};

// What a screen reader is told of the page, from top to bottom: [{role, name, depth}] of all that is not left out.
export async function accessible(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const told = [];
  const walk = (node, depth) => {
    if (!node.ignored) told.push({ role: node.role?.value ?? "", name: (node.name?.value ?? "").trim(), depth });
    for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id), depth + 1);
  };
  walk(nodes[0], 0);
  return told;
}

// What can be operated, and what has no text of its own.
const named = new Set(["button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "DisclosureTriangle", "image", "dialog", "search", "navigation", "region"]);

// Faults that keep somebody from using the page by ear: controls without a name, a place that cannot be found.
export function faultsByEar(told) {
  const faults = told.filter(({ role, name }) => named.has(role) && name === "").map(({ role }) => `a ${role} without a name`);
  const count = (role) => told.filter((node) => node.role === role).length;
  if (count("main") !== 1) faults.push(`${count("main")} main parts`);
  if (!told[0].name) faults.push("no title");
  return faults;
}

// Runs the checks, behind `first`; sets the exit status.
export async function runAll(first = async () => {}) {
  const browser = await chromium.launch({ executablePath: task.chromium, args: ["--disable-dev-shm-usage"] });
  await first(browser);
  let failed = 0;
  for (const { name, run, options, expected } of checks) {
    if (task.readme || !name.includes(task.only)) continue;
    const { page, context, faults } = await watched(browser, options, expected);
    try {
      await run(page);
      assert.deepEqual(faults, []);
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n        ${String(error.message).replaceAll("\n", "\n        ").slice(0, 2000)}\n        at ${page.url()}; ${faults.join("; ")}`);
      await shot(page, `failed-${task.script}-${failed}`).catch(() => {});
    }
    await context.close();
  }
  await browser.close();
  process.exitCode = failed > 0 ? 1 : 0;
}
