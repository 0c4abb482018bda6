// The chat page: swaps in what the server pushes, without taking the focus away,
// and sends what people do.

import { me, place, notify, post, get, acting } from "./ask.js";
import { combobox } from "./combobox.js";
import { openForm } from "./forms.js";
import { showTimes, showDays } from "./times.js";

const $ = (id) => document.getElementById(id);
const log = $("log"), scroll = $("scroll"), say = $("say");
const title = document.title, narrowLabel = $("side-open").getAttribute("aria-label");
let botNow = Date.parse($("clock-now")?.dateTime ?? "") || Date.now();
let awaited = ""; // the message whose control was pressed last: its edit is read out

// Things to try: the words are put in the box, to be sent by the person.
$("hints")?.addEventListener("click", (event) => {
  const words = event.target.closest("[data-say]")?.dataset.say;
  if (!words) return;
  $("side-close").click();
  say.value = words;
  say.focus();
});

// Reading position.
const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
function toEnd() {
  stuck = true;
  scroll.scrollTop = scroll.scrollHeight;
  $("latest").hidden = true;
}
$("latest").addEventListener("click", () => { toEnd(); say.focus(); });
let stuck = true; // to the end, also when the room changes
scroll.addEventListener("scroll", () => {
  stuck = atEnd();
  if (stuck) $("latest").hidden = true;
}, { passive: true });
new ResizeObserver(() => { if (stuck) toEnd(); }).observe(scroll);

// The answer to what was done here comes into view wherever the person was
// reading; its request and its push may end in either order.
const expected = new Set(), brought = new Set(); // numbers of messages
const still = matchMedia("(prefers-reduced-motion: reduce)");
function bring(entry, end) {
  const tall = entry.offsetHeight > scroll.clientHeight - 40; // some air around it
  if (end && !tall) toEnd();
  entry.scrollIntoView({ block: tall ? "start" : "nearest", behavior: still.matches ? "auto" : "smooth" });
}
function replied(id) {
  const number = id.slice(id.lastIndexOf("/") + 1), entry = $("m" + number);
  if (brought.delete(number)) return;
  entry ? bring(entry, false) : expected.add(number);
}
// answers tells whether an entry that comes is what was just asked for here.
function answers(entry, old) {
  const number = entry.dataset.number;
  if (old) return awaited === entry.id && acting();
  if (expected.delete(number)) return true;
  if (!acting() || !entry.matches(".by-bot.whisper")) return false;
  brought.add(number);
  return true;
}

let seenTimer = 0;
function markSeen() {
  clearTimeout(seenTimer);
  const last = log.querySelector(".entry:last-of-type");
  if (!last || document.visibilityState !== "visible") return;
  seenTimer = setTimeout(() => post("seen", { message: "browser:m/" + last.dataset.number }), 150);
}
document.addEventListener("visibilitychange", markSeen);

// swap puts html in the place of element; whatever had the focus inside keeps it
// by its key, and when that is gone, the fallback gets it.
function swap(element, html, fallback) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  const chosen = focused instanceof HTMLSelectElement ? focused.value : null;
  element.replaceWith(html);
  if (!focused) return;
  const again = key !== undefined && [...html.querySelectorAll("[data-key]")].find((e) => e.dataset.key === key);
  if (again) {
    if (chosen !== null && again instanceof HTMLSelectElement) again.value = chosen;
    again.focus({ preventScroll: true });
  } else {
    (fallback ?? html).focus({ preventScroll: true });
  }
}

function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function onEntry(event) {
  const data = JSON.parse(event.data);
  const old = $("m" + data.number);
  if (data.deleted) {
    if (old?.contains(document.activeElement)) say.focus();
    old?.remove();
    showDays(log);
    showPins();
    return;
  }
  const entry = fragment(data.html);
  showTimes(entry, botNow);
  const end = atEnd();
  if (old) {
    if (old.dataset.version === entry.dataset.version && old.dataset.pinned === entry.dataset.pinned && old.innerHTML === entry.innerHTML) return;
    swap(old, entry);
    if (old.dataset.version !== entry.dataset.version) entry.classList.add("flash");
    if (awaited === entry.id) announce(data.say);
  } else {
    const number = Number(data.number);
    const entries = [...log.querySelectorAll(".entry")];
    if (entries.length && Number(entries[0].dataset.number) > number) return; // older than what is shown
    const after = entries.findLast((e) => Number(e.dataset.number) < number);
    entry.classList.add("new");
    after ? after.after(entry) : log.append(entry);
    if (!data.mine) announce(data.say);
    markSeen();
  }
  showDays(log);
  showPins();
  if (answers(entry, old)) bring(entry, end);
  else if (end || data.mine) toEnd();
  else if (!old) $("latest").hidden = false;
  refreshPanel();
}

// showPins puts the pinned messages above the others, as links to them.
function showPins() {
  const pinned = [...log.querySelectorAll("[data-pinned]")];
  const line = (entry) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = "#" + entry.id;
    link.textContent = entry.dataset.pinned;
    item.append(link);
    return item;
  };
  const list = $("pins").querySelector("ul"), items = pinned.map(line), html = (all) => all.map((item) => item.outerHTML).join();
  if (html(items) !== html([...list.children])) list.replaceChildren(...items); // links that stay keep the focus
  $("pins").hidden = !pinned.length;
}

// announce is read out after what is being said; several lines come together.
let spoken = [], speakTimer = 0;
function announce(text) {
  if (!text) return;
  spoken.push(text);
  clearTimeout(speakTimer);
  speakTimer = setTimeout(() => { $("announce").textContent = spoken.map((s) => (/[.!?…]$/.test(s) ? s : s + ".")).join(" "); spoken = []; }, 250);
}

function onPlaces(event) {
  const data = JSON.parse(event.data);
  const next = document.createElement("div");
  next.id = "places";
  next.innerHTML = data.html;
  const top = $("places").scrollTop;
  swap($("places"), next, $("people-open"));
  next.scrollTop = top;
  document.title = (data.unread ? "(" + data.unread + ") " : "") + title;
  const narrow = $("side-open"); // on narrow pages the counts are behind it
  narrow.setAttribute("aria-label", narrowLabel + (data.unread ? ", " + data.unread + " unread" : ""));
  data.unread ? narrow.dataset.unread = data.unread > 99 ? "99+" : data.unread : delete narrow.dataset.unread;
  $("closed").hidden = !data.closed;
  for (const button of document.querySelectorAll("#channel-menu [data-member]")) {
    button.hidden = (button.dataset.member === "true") !== data.closed;
  }
}

// Clock.
let playing = false;
function onClock(event) {
  const data = JSON.parse(event.data);
  botNow = Date.parse(data.instant);
  const now = $("clock-now");
  now.dateTime = data.instant;
  now.textContent = data.words;
  $("clock-next").textContent = data.moving ? "Moving to " + data.to : data.next ? "Next up " + data.next : "Nothing is due";
  $("clock-progress").hidden = !data.moving;
  $("clock-progress").value = data.percent;
  for (const button of document.querySelectorAll("[data-clock]")) button.setAttribute("aria-disabled", String(data.moving || playing));
}
async function moveClock(to) {
  if (to === "next") return post("clock", { to });
  const result = await post("clock", { to });
  if (result) announce("The clock is at " + result.words);
  return result;
}
async function play() {
  playing = true;
  $("play").setAttribute("aria-pressed", "true");
  $("play").querySelector("span").textContent = "Stop";
  while (playing) {
    const result = await moveClock("next");
    if (!result) break;
    await new Promise((resolve) => setTimeout(resolve, 1200));
  }
  playing = false;
  $("play").setAttribute("aria-pressed", "false");
  $("play").querySelector("span").textContent = "Play";
  for (const button of document.querySelectorAll("[data-clock]")) button.setAttribute("aria-disabled", "false");
}
$("play")?.addEventListener("click", () => {
  if (!playing) return play();
  playing = false;
  post("clock", { to: "stop" });
});

// What a person did was answered: a form opens, or what happened is pushed.
function answered(result, opener) {
  if (result?.reply) replied(result.reply.id);
  if (result?.dialog) openForm(result.dialog, opener, botNow, (next) => answered(next, opener));
}

async function press(button, action) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const entry = button.closest(".entry");
  awaited = entry.id;
  const result = await post("press", { message: "browser:m/" + entry.dataset.number, action });
  button.removeAttribute("aria-busy");
  // The card may have been swapped meanwhile: the focus comes back to its successor.
  const now = button.isConnected ? button : [...($(entry.id)?.querySelectorAll("[data-key]") ?? [])].find((e) => e.dataset.key === button.dataset.key);
  answered(result, now ?? $(entry.id));
}

// Menus that open under a button.
function closeMenus(except) {
  for (const button of document.querySelectorAll("[data-menu][aria-expanded=true], #people-open[aria-expanded=true]")) {
    if (button === except) continue;
    button.setAttribute("aria-expanded", "false");
    $(button.getAttribute("aria-controls")).hidden = true;
  }
}
function toggleMenu(button) {
  const menu = $(button.getAttribute("aria-controls"));
  const open = menu.hidden;
  closeMenus();
  menu.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (!open) return;
  menu.classList.remove("up");
  if (menu.getBoundingClientRect().bottom > innerHeight - 8) menu.classList.add("up");
  menu.querySelector("a, button:not([hidden])")?.focus();
}

const clicks = {
  press: (b) => press(b, b.dataset.press),
  choose: (b) => {
    const select = b.parentElement.querySelector("select");
    if (select.value) return press(b, select.value);
    notify("Please choose one first.");
    select.focus();
  },
  menu: toggleMenu,
  clock: (b) => { if (b.getAttribute("aria-disabled") !== "true") moveClock(b.dataset.clock); },
  say: (b) => send(b.dataset.say, b),
  member: async (b) => { closeMenus(); if (await post("member", { on: b.dataset.member })) say.focus(); },
  use: async (b) => {
    const entry = b.closest(".entry");
    closeMenus();
    answered(await post("use", { message: "browser:m/" + entry.dataset.number, shortcut: b.dataset.use }), entry.querySelector("[data-menu]"));
  },
  payload: (b) => { closeMenus(); showPanel(b.closest(".entry").dataset.number); },
};
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu, .who")) closeMenus();
  const button = event.target.closest("button");
  if (!button || button.closest("dialog")) return;
  for (const [name, act] of Object.entries(clicks)) {
    if (name in button.dataset) return act(button);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("[data-menu][aria-expanded=true], #people-open[aria-expanded=true]");
  if (open) {
    closeMenus();
    open.focus();
  } else if ($("side").classList.contains("open")) {
    toggleSide(false);
  }
});
$("people-open").addEventListener("click", (event) => toggleMenu(event.currentTarget));

// The side on narrow pages.
function toggleSide(open) {
  $("side").classList.toggle("open", open);
  $("scrim").hidden = !open;
  $("chat").inert = open;
  $("side-open").setAttribute("aria-expanded", String(open));
  (open ? $("side-close") : $("side-open")).focus();
}
$("side-open").addEventListener("click", () => toggleSide(true));
$("side-close").addEventListener("click", () => toggleSide(false));
$("scrim").addEventListener("click", () => toggleSide(false));

// The payload panel.
let panelFor = ""; // a chosen message; "" for the last one
async function refreshPanel() {
  if (!$("panel") || $("panel").hidden) return;
  const entries = [...log.querySelectorAll(".by-bot")];
  const entry = panelFor && $("m" + panelFor) ? $("m" + panelFor) : entries.at(-1);
  if (!entry) {
    $("payloads").textContent = "";
    return;
  }
  const tab = $("payloads").querySelector("[role=tab][aria-selected=true]")?.id;
  const result = await get("payload", { message: "browser:m/" + entry.dataset.number });
  if (!result) return;
  const keep = $("payloads").contains(document.activeElement) ? document.activeElement.id : "";
  $("payloads").innerHTML = result.html;
  if (tab && $(tab)) selectTab($(tab));
  if (keep) $(keep)?.focus();
}
function selectTab(tab) {
  for (const other of tab.parentElement.children) {
    const on = other === tab;
    other.setAttribute("aria-selected", String(on));
    other.tabIndex = on ? 0 : -1;
    $(other.getAttribute("aria-controls")).hidden = !on;
  }
}
function showPanel(number) {
  panelFor = number;
  $("panel").hidden = false;
  $("panel-open").setAttribute("aria-expanded", "true");
  refreshPanel();
  $("panel-close").focus();
}
function hidePanel() {
  $("panel").hidden = true;
  $("panel-open").setAttribute("aria-expanded", "false");
  $("panel-open").focus();
}
$("panel-open")?.addEventListener("click", () => ($("panel").hidden ? showPanel("") : hidePanel()));
$("panel-close")?.addEventListener("click", hidePanel);
$("panel")?.addEventListener("keydown", (event) => { if (event.key === "Escape") hidePanel(); });
$("payloads")?.addEventListener("click", (event) => { const tab = event.target.closest("[role=tab]"); if (tab) selectTab(tab); });
$("payloads")?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.target.getAttribute("role") !== "tab") return;
  const tabs = [...event.target.parentElement.children];
  const tab = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  selectTab(tab);
  tab.focus();
});

// The box.
const draft = "draft " + me + " " + place;
say.value = sessionStorage.getItem(draft) ?? "";
const filled = (item) => say.value.slice(0, item.from) + item.insert;
const box = combobox(say, $("offers"), (text, signal) => (/^[/@]/.test(text) ? get("complete", { text }, signal).then((found) => found && {
  first: found.first, items: (found.items ?? []).map((item) => ({ ...item, from: found.from })),
}) : Promise.resolve(null)), filled, (item) => {
  say.value = filled(item);
  say.setSelectionRange(say.value.length, say.value.length);
  sessionStorage.setItem(draft, say.value);
  if (/[ :]$/.test(item.insert)) box.look();
});
say.addEventListener("input", () => sessionStorage.setItem(draft, say.value));
let sending = false; // one line at a time
async function send(text, opener) {
  if (!text.trim() || sending) return;
  sending = true;
  $("composer").setAttribute("aria-busy", "true");
  const result = await post("say", { text });
  sending = false;
  $("composer").removeAttribute("aria-busy");
  if (!result) return false;
  answered(result, opener);
  return true;
}
$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return; // what is in the box waits there
  const text = say.value;
  say.value = "";
  box.close();
  if (await send(text, say) === false) say.value = say.value ? text + " " + say.value : text; // nothing typed is lost
  sessionStorage.setItem(draft, say.value);
});
document.addEventListener("keydown", (event) => { // an Enter that is held down acts once
  if (event.key === "Enter" && event.repeat && !event.target.closest("textarea, summary")) event.preventDefault();
}, true);
document.addEventListener("keydown", (event) => { // typing "/" anywhere goes to the box
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select, dialog")) {
    event.preventDefault();
    say.value ||= "/";
    say.focus();
    box.look();
  }
});

// Live connection.
let told = ""; // of what state of the connection; "" while it is well
function connect() {
  const source = new EventSource("/events?" + new URLSearchParams({ as: me, in: place, since: document.body.dataset.since }));
  source.addEventListener("entry", onEntry);
  source.addEventListener("places", onPlaces);
  source.addEventListener("clock", onClock);
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("open", () => {
    document.body.dataset.live = "";
    if (told) announce("Connected again");
    told = "";
  });
  source.addEventListener("error", () => {
    delete document.body.dataset.live;
    // A cut that ends in a refusal, as after a restart, is told as both.
    const words = source.readyState === EventSource.CLOSED
      ? "The connection was refused. Please open the address that Studyhall printed."
      : "The connection is cut. What you see is kept; I'm trying to get back.";
    if (told !== words) notify(words);
    told = words;
  });
  addEventListener("pagehide", () => source.close());
}

showTimes(document, botNow);
showDays(log);
toEnd();
connect();
markSeen();
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (matchMedia("(min-width: 821px)").matches && !location.hash) say.focus();
