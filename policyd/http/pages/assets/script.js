// What the pages can do beyond being read: they refresh themselves, show the numbers under the pointer, zoom, filter
// rows, and change lists through the API.  Everything that is shown without this script stays as it is.
//
// No text of this file is ever shown: words stand in the page, in its language.  What comes from the daemon is put in
// as text (textContent) or is a page of the daemon's own, which has escaped it.
"use strict";

(() => {
  const tokenKey = "sekimori.token"; // of this tab only, gone with it
  const authorKey = "sekimori.by";
  const patience = 10000; // milliseconds
  let isKeyed = false; // pages are fetched with the token, as they cannot be read without it

  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ----- Fetching pages

  // XMLHttpRequest parses into a document that runs nothing.
  function fetchPage(address) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("GET", address);
      request.responseType = "document";
      request.timeout = patience;
      const token = sessionStorage.getItem(tokenKey);
      if (isKeyed && token) request.setRequestHeader("Authorization", "Bearer " + token);
      request.onload = () => resolve({ status: request.status, page: request.responseXML });
      request.onerror = request.ontimeout = () => reject(new Error("unreachable"));
      request.send();
    });
  }

  function isBusy() {
    const dialog = find("#change");
    const focused = document.activeElement;
    const types = focused && find("#main").contains(focused) && ["INPUT", "SELECT"].includes(focused.tagName);
    return document.hidden || (dialog && dialog.open) || types || zoom.from !== null;
  }

  // Takes the new numbers; what somebody opened, wrote or points at stays.
  function takeMain(page) {
    const open = findAll("details[open]").map((details) => details.id);
    const filters = findAll("input.filter").map((input) => input.value);
    const focused = document.activeElement && document.activeElement.id;
    hidePointer();
    find("#main").replaceChildren(...find("#main", page).childNodes);
    find("footer").replaceChildren(...find("footer", page).childNodes);
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    prepare();
    findAll("input.filter").forEach((input, i) => {
      input.value = filters[i] || "";
      filterRows(input);
    });
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
  }

  async function refresh() {
    if (isBusy()) return;
    let answer = null;
    try {
      answer = await fetchPage(location.href);
    } catch {
      // Said below, and tried again.
    }
    const isWell = answer && answer.status === 200 && answer.page && find("#main", answer.page);
    find("footer").classList.toggle("late", !isWell);
    if (isWell && !isBusy()) takeMain(answer.page);
  }

  let timer = 0;
  function keepFresh() {
    clearInterval(timer);
    const seconds = Number(document.body.dataset.refresh);
    if (seconds > 0) timer = setInterval(refresh, seconds * 1000);
  }

  // A page that needs the token takes the place of this one.
  async function openPage(address, isBack = false) {
    const answer = await fetchPage(address);
    if (answer.status === 401 || !answer.page) return false;
    document.title = answer.page.title;
    document.documentElement.lang = answer.page.documentElement.lang;
    for (const name of ["refresh", "takesChanges"]) document.body.dataset[name] = answer.page.body.dataset[name] || "";
    document.body.replaceChildren(...answer.page.body.childNodes);
    if (!isBack) history.pushState(null, "", address);
    prepare();
    keepFresh();
    return true;
  }

  // Without the token that it needs, the page asks for one itself; where nobody answers, the footer says so.
  async function follow(address, isBack = false) {
    try {
      if (!(await openPage(address, isBack))) location.assign(address);
    } catch {
      find("footer").classList.add("late");
    }
  }

  async function unlock(form) {
    const result = find("#unlock-result");
    try {
      if (await openPage(location.href)) return;
      sessionStorage.removeItem(tokenKey);
      isKeyed = false;
      result.textContent = form ? result.dataset.refused : "";
    } catch {
      result.textContent = result.dataset.unreachable;
    }
  }

  // ----- Numbers under the pointer

  function plotOf(element) {
    return element && element.closest ? element.closest(".plot") : null;
  }

  function columnsOf(plot) {
    return findAll(".columns rect", plot);
  }

  function hidePointer() {
    const pointer = find("#pointer");
    if (pointer) pointer.hidden = true;
    for (const column of findAll(".columns rect.here")) column.classList.remove("here");
  }

  // What stands in the table for this column.
  function showPointer(plot, index) {
    const row = findAll("tbody tr", plot)[index];
    const column = columnsOf(plot)[index];
    if (!row || !column) return;
    hidePointer();
    column.classList.add("here");
    const pointer = find("#pointer");
    const title = document.createElement("b");
    title.textContent = row.cells[0].textContent;
    pointer.replaceChildren(title);
    const heads = findAll("thead th", plot).slice(1);
    heads.map((head, i) => [head, row.cells[i + 1]]).reverse().forEach(([head, cell]) => {
      const line = document.createElement("span");
      const key = document.createElement("i");
      key.className = "key " + head.dataset.look;
      const name = document.createElement("em");
      name.textContent = head.textContent;
      const value = document.createElement("strong");
      value.textContent = cell.textContent;
      line.append(key, name, value);
      pointer.append(line);
    });
    pointer.hidden = false;
    place(pointer, column.getBoundingClientRect());
  }

  function place(pointer, at) {
    const gap = 10;
    const fits = at.right + gap + pointer.offsetWidth < document.documentElement.clientWidth;
    const left = fits ? at.right + gap : Math.max(gap, at.left - gap - pointer.offsetWidth);
    pointer.style.left = left + window.scrollX + "px";
    pointer.style.top = at.top + window.scrollY + gap + "px";
  }

  // ----- Zoom: columns from one to another

  const zoom = { plot: null, from: null, to: null };

  function indexOf(event) {
    const column = event.target.closest ? event.target.closest(".columns rect") : null;
    return column ? Number(column.getAttribute("x")) : null;
  }

  function markZoom() {
    if (zoom.plot === null) return;
    const [first, last] = [Math.min(zoom.from, zoom.to), Math.max(zoom.from, zoom.to)];
    columnsOf(zoom.plot).forEach((column, i) => {
      column.classList.toggle("chosen", zoom.from !== null && last > first && i >= first && i <= last);
    });
  }

  function endZoom() {
    const { plot, from, to } = zoom;
    zoom.from = null;
    markZoom();
    zoom.plot = null;
    if (!plot || from === null || from === to) return;
    const rows = findAll("tbody tr", plot);
    const [first, last] = [rows[Math.min(from, to)], rows[Math.max(from, to)]];
    const end = new Date(Date.parse(last.dataset.begin) + Number(plot.dataset.step) * 1000);
    const address = new URL(location.href);
    address.searchParams.set("since", first.dataset.begin);
    address.searchParams.set("until", end.toISOString().replace(/\.\d+Z$/, "Z"));
    visit(address.href);
  }

  function visit(address) {
    if (isKeyed) follow(address);
    else location.assign(address);
  }

  function moveByKey(event) {
    const plot = plotOf(event.target);
    if (!plot || event.target.tagName !== "svg") return;
    const columns = columnsOf(plot);
    const here = columns.findIndex((column) => column.classList.contains("here"));
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -columns.length, End: columns.length };
    if (event.key === "Escape") return hidePointer();
    if (!(event.key in steps)) return;
    event.preventDefault();
    const begin = here >= 0 ? here : columns.length;
    showPointer(plot, Math.max(0, Math.min(columns.length - 1, begin + steps[event.key])));
  }

  // ----- Rows that hold a text

  function filterRows(input) {
    const wanted = input.value.trim().toLowerCase();
    for (const row of findAll("tbody tr", input.nextElementSibling)) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
    }
  }

  function addFilter(table) {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = table.dataset.filter;
    input.setAttribute("aria-label", table.dataset.filter);
    table.before(input);
  }

  // ----- Changes

  const change = { what: "", target: "", list: "", number: 0, undo: null };

  function askForChange(button) {
    const dialog = find("#change");
    Object.assign(change, { what: button.dataset.change, target: button.dataset.target, list: button.dataset.list, undo: null });
    for (const about of findAll("p[data-change]", dialog)) {
      about.hidden = about.dataset.change !== change.what;
      if (!about.hidden) find("#change-title").textContent = about.dataset.title;
    }
    find("#change-target").textContent = change.target;
    find("#change-token").value = sessionStorage.getItem(tokenKey) || "";
    find("#change-by").value = localStorage.getItem(authorKey) || "";
    find("#change-comment").value = "";
    find("#change-result").textContent = "";
    find("#change-undo").hidden = true;
    find("#change-do").disabled = false;
    dialog.showModal();
    const empty = findAll("input", dialog).find((input) => input.value === "" && input.id !== "change-comment");
    (empty || find("#change-do")).focus();
  }

  function requestOf(what, by, comment) {
    if (what === "allow" || what === "refuse") {
      const decision = { decision: what };
      if (by) decision.by = by;
      if (comment) decision.comment = comment;
      return ["POST", "/api/v1/requests/" + change.target, decision];
    }
    if (what === "back") {
      return ["POST", "/api/v1/audit/" + change.number + "/undo", by ? { by } : {}];
    }
    if (what === "undo") {
      const query = new URLSearchParams({ target: change.target });
      if (by) query.set("by", by);
      if (comment) query.set("comment", comment);
      return ["DELETE", "/api/v1/" + change.list + "?" + query, null];
    }
    const body = what === "unblock" ? { subject: change.target, dry_run: false } : { target: change.target };
    if (by) body.by = by;
    if (comment) body.comment = comment;
    return ["POST", "/api/v1/" + what, body];
  }

  // Who was let in by whatever was done; nothing where nobody was.
  function letIn(what, answer) {
    return what === "unblock" ? answer : what === "allow" ? answer.unblocked : null;
  }

  // What would take this change back.  An entry that replaced another must not go: the other comes back.
  function undoOf(what, answer) {
    const added = answer.entries && answer.entries[0];
    if (added && added.replaced) return { what: "back", number: added.change };
    if (what === "whitelist" || what === "blocklist") return { what: "undo", list: what, target: change.target };
    const outcome = letIn(what, answer);
    if (outcome && outcome.entry && !outcome.was_there) return { what: "undo", list: "whitelist", target: outcome.entry.target };
    return null;
  }

  // In the language of the page.  What the API says besides stands in English: only an English page shows it.
  function sayRefused(result, status, message) {
    const said = result.getAttribute("data-error-" + status) || String(status);
    const isEnglish = document.documentElement.lang === "en";
    result.textContent = result.dataset.refused + " " + (isEnglish && message ? message + "." : said);
  }

  async function makeChange(what) {
    const result = find("#change-result");
    const token = find("#change-token").value.trim();
    const by = find("#change-by").value.trim();
    sessionStorage.setItem(tokenKey, token);
    localStorage.setItem(authorKey, by);
    find("#change-do").disabled = true;
    try {
      const [method, address, body] = requestOf(what, by, find("#change-comment").value.trim());
      const headers = { Authorization: "Bearer " + token };
      if (body) headers["Content-Type"] = "application/json";
      const response = await fetch(address, { method, headers, body: body ? JSON.stringify(body) : undefined });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok) {
        if (response.status === 401) sessionStorage.removeItem(tokenKey);
        sayRefused(result, response.status, answer.error ? answer.error.message : "");
        find("#change-do").disabled = false;
        return;
      }
      const outcome = letIn(what, answer);
      const target = outcome && outcome.entry ? outcome.entry.target : change.target;
      result.textContent = result.getAttribute("data-done-" + (outcome ? "whitelist" : what)).replace("{0}", () => target);
      change.undo = undoOf(what, answer);
      find("#change-undo").hidden = change.undo === null;
    } catch {
      result.textContent = result.dataset.unreachable;
      find("#change-do").disabled = false;
    }
  }

  function takeBack() {
    const { what, ...rest } = change.undo;
    Object.assign(change, rest, { undo: null });
    find("#change-undo").hidden = true;
    makeChange(what);
  }

  // ----- Events, for all that a page has or will have

  function onClick(event) {
    const button = event.target.closest ? event.target.closest("button") : null;
    if (button && button.matches("button.change")) return askForChange(button);
    if (button && button.id === "change-do") return makeChange(change.what);
    if (button && button.id === "change-undo") return takeBack();
    const link = event.target.closest ? event.target.closest("a[href]") : null;
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0);
    if (!isKeyed || !link || !isPlain || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    follow(link.href);
  }

  function onSubmit(event) {
    if (event.target.id === "unlock") {
      event.preventDefault();
      sessionStorage.setItem(tokenKey, find("#unlock-token").value.trim());
      isKeyed = true;
      unlock(event.target);
      return;
    }
    if (!isKeyed || event.target.method !== "get") return;
    event.preventDefault();
    const address = new URL(event.target.action);
    address.search = new URLSearchParams(new FormData(event.target)).toString();
    follow(address.href);
  }

  function onPointerMove(event) {
    const plot = plotOf(event.target);
    const index = indexOf(event);
    if (!plot || index === null) {
      if (zoom.from === null) hidePointer();
      return;
    }
    showPointer(plot, index);
    if (zoom.plot !== plot || zoom.from === null) return;
    zoom.to = index;
    markZoom();
  }

  function onPointerDown(event) {
    const index = indexOf(event);
    if (index === null || event.button !== 0) return;
    Object.assign(zoom, { plot: plotOf(event.target), from: index, to: index });
  }

  // What a new page needs.
  function prepare() {
    document.documentElement.classList.add("scripted");
    for (const table of findAll("table[data-filter]")) addFilter(table);
    // The pointer says what the titles would, and sooner.
    for (const title of findAll(".columns title")) title.remove();
    for (const svg of findAll(".plot svg")) svg.setAttribute("tabindex", "0");
  }

  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", (event) => {
    if (event.target.matches("input.filter")) filterRows(event.target);
  });
  document.addEventListener("keydown", moveByKey);
  document.addEventListener("pointermove", onPointerMove);
  document.addEventListener("pointerdown", onPointerDown);
  document.addEventListener("pointerup", endZoom);
  // A drag chooses columns, no text.
  document.addEventListener("mousedown", (event) => {
    if (indexOf(event) !== null) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    if (plotOf(event.target)) hidePointer();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Number(document.body.dataset.refresh) > 0) refresh();
  });
  // On paper the numbers stand below their plot, also where the style sheet alone cannot open them.
  let openedForPaper = [];
  window.addEventListener("beforeprint", () => {
    openedForPaper = findAll("details.numbers:not([open])");
    for (const details of openedForPaper) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of openedForPaper) details.open = false;
  });
  window.addEventListener("popstate", () => {
    if (isKeyed) follow(location.href, true);
  });

  prepare();
  keepFresh();
  if (find("#unlock") && sessionStorage.getItem(tokenKey)) {
    isKeyed = true;
    unlock(null);
  }
})();
