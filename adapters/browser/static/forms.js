// Forms as dialogs. What was typed stays until the bot has taken it; what is
// wrong stands under its field.

import { post, get, notify, me } from "./ask.js";
import { combobox } from "./combobox.js";
import { showTimes } from "./times.js";

// shown is the open form; there is one at most.
let shown = null;

// strayTime is how long in ms after a form has opened an Enter is taken for a
// second press of the one that opened it.
const strayTime = 400;

// openForm shows a form that the server rendered. done(result) is called with
// the answer once the bot took it. It takes the place of an open form, unless
// something was typed there.
export function openForm(html, opener, now, done) {
  if (shown?.changed()) return notify("Please finish this form first, then ask for the other one again.");
  shown?.leave();
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const dialog = holder.content.firstElementChild;
  document.body.append(dialog);
  showTimes(dialog, now);
  const form = dialog.querySelector("form");
  for (const input of form.querySelectorAll("[data-suggest]")) suggesting(form, input);
  shown = leaving(dialog, form, opener);
  const { leave } = shown;
  ignoreStray(dialog);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, (result) => { leave(); done(result); });
  });
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-field]");
    if (field) fault(field, "");
  });
  dialog.showModal();
  const first = form.querySelector(".dialog-body input, .dialog-body select, .dialog-body textarea");
  (first || form.querySelector("[type=submit]")).focus();
}

// leaving closes a form at once when nothing was changed in it, and asks before
// it throws away what was.
function leaving(dialog, form, opener) {
  const typed = () => JSON.stringify([...form.querySelectorAll("[data-field]")].map(values));
  const before = typed();
  const changed = () => typed() !== before;
  const usual = dialog.querySelector("[data-usual]"), question = dialog.querySelector("[data-leaving]");
  let focused = null; // what had the focus before the question

  const self = { changed, leave };
  function leave() {
    if (shown !== self) return;
    shown = null;
    dialog.close();
    dialog.remove();
    const back = opener && opener.isConnected ? opener : document.getElementById("say");
    // The dialog has given the focus back already, but its removal took the caret away.
    back.blur();
    back.focus({ preventScroll: true });
  }
  function ask() {
    if (!changed()) return leave();
    if (question.hidden) focused = document.activeElement;
    question.hidden = false;
    usual.hidden = true;
    question.querySelector("[data-keep]").focus();
  }
  function keep() {
    question.hidden = true;
    usual.hidden = false;
    (form.contains(focused) && focused.checkVisibility() ? focused : usual.querySelector("[type=submit]")).focus();
  }
  form.addEventListener("input", () => {
    question.hidden = true;
    usual.hidden = false;
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) ask();
    else if (event.target.closest("[data-keep]")) keep();
    else if (event.target.closest("[data-discard]")) leave();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    question.hidden ? ask() : keep();
  });
  dialog.addEventListener("cancel", (event) => { // a phone's way back; also of a file field, which is none
    if (event.target !== dialog) return;
    event.preventDefault();
    ask();
  });
  dialog.addEventListener("close", () => { // a second way back closes without leave to ask
    if (shown !== self) return;
    if (changed()) dialog.showModal();
    ask();
  });
  return self;
}

// ignoreStray keeps the key press that opened a form, held or doubled, from
// sending it.
function ignoreStray(dialog) {
  const opened = performance.now();
  let released = false, used = false;
  dialog.addEventListener("keyup", () => { released = true; }, true);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.repeat ? !released : !used && event.timeStamp - opened < strayTime)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    used ||= event.key !== "Enter";
    released ||= !event.repeat;
  }, true);
}

// suggesting completes a field. The box shows an option's label, and its value
// is sent as long as the label stands in the box unchanged.
function suggesting(form, input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const lookUp = async (text, signal) => {
    const found = await get("suggest", { path: input.dataset.suggest, text, message: form.dataset.message, in: form.dataset.channel }, signal);
    return found && { items: found.items, first: false };
  };
  combobox(input, list, lookUp, (item) => item.label, (item) => {
    input.value = item.label;
    input.dataset.label = item.label;
    input.dataset.value = item.value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function valueOf(input) {
  return input.dataset.label !== undefined && input.dataset.label === input.value ? input.dataset.value : input.value;
}

// values are a field's filled-in values.
function values(field) {
  const inputs = [...field.querySelectorAll("[name]")];
  switch (field.dataset.widget) {
  case "radios": case "checks": return inputs.filter((i) => i.checked).map((i) => i.value);
  case "check": return [String(inputs[0].checked)];
  case "file": return [...inputs[0].files].map((f) => f.name);
  default: return inputs.map(valueOf).filter((v) => v !== "");
  }
}

// mistake is what can be seen to be wrong before sending; the bot judges the rest.
function mistake(field) {
  const v = values(field), min = Number(field.dataset.min), max = Number(field.dataset.max);
  const kind = field.dataset.widget, label = field.dataset.label;
  if ("required" in field.dataset && v.every((x) => x.trim() === "")) {
    return kind === "radios" || kind === "select" || kind === "checks" || kind === "file" ? "Please choose one: " + label + "." : "Please fill this in: " + label + ".";
  }
  if (v.length === 0) return "";
  if (kind === "number") {
    const n = Number(v[0].trim().replace(",", "."));
    if (isNaN(n)) return "Please write a number, such as 5.";
    if (max && n > max) return "At most " + max + ", please.";
    if ((min || max) && n < min) return "At least " + min + ", please.";
  } else if (kind === "file") {
    const size = field.querySelector("input").files[0].size;
    if (max && size > max) return "At most " + (Math.floor(max / 1e5) / 10) + " MB, please.";
  } else if (kind === "checks") {
    if (max && v.length > max) return "At most " + max + ", please. Now it's " + v.length + ".";
    if (min && v.length < min) return "At least " + min + ", please. Now it's " + v.length + ".";
  } else if (kind === "line" || kind === "area") {
    const n = [...v[0]].length;
    if (n > (max || 3000)) return "At most " + (max || 3000) + " characters, please. Now it's " + n + ".";
    if (min && n < min) return "At least " + min + " characters, please.";
  }
  return "";
}

function fault(field, text) {
  const line = field.querySelector(".fault");
  line.textContent = text;
  line.hidden = text === "";
  const inputs = field.querySelectorAll("input, select, textarea");
  for (const input of inputs) text ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
}

async function send(form, taken) {
  const fields = [...form.querySelectorAll("[data-field]")];
  const faults = {};
  for (const field of fields) {
    const text = mistake(field);
    if (text) faults[field.dataset.field] = text;
  }
  if (Object.keys(faults).length) return showFaults(form, fields, faults);

  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const body = form.enctype === "multipart/form-data" ? new FormData() : new URLSearchParams();
  body.set("as", me);
  body.set("channel", form.dataset.channel);
  body.set("message", form.dataset.message);
  body.set("action", form.dataset.action);
  for (const field of fields) {
    if (field.dataset.widget === "file") {
      for (const file of field.querySelector("input").files) body.append("v." + field.dataset.field, file);
    } else {
      for (const v of values(field)) body.append("v." + field.dataset.field, v);
    }
  }
  const result = await post("submit", body);
  button.removeAttribute("aria-busy");
  if (!result) return; // the notice says why; everything typed is still there
  if (result.invalid && Object.keys(result.invalid).length) return showFaults(form, fields, result.invalid);
  taken(result);
}

function showFaults(form, fields, faults) {
  let first = null;
  for (const field of fields) {
    const text = faults[field.dataset.field] || "";
    fault(field, text);
    if (text && !first) first = field.querySelector("input, select, textarea");
  }
  const whole = form.querySelector("#fault-whole");
  const known = new Set(fields.map((f) => f.dataset.field));
  const rest = Object.entries(faults).filter(([name]) => !known.has(name)).map(([, text]) => text);
  whole.textContent = rest.join(" ");
  whole.hidden = rest.length === 0;
  if (first) first.focus();
  else if (!rest.length) notify("Please look at the form once more.");
}
