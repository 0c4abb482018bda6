// Requests to the server, and short notices to the person.

export const me = document.body.dataset.as;
export const place = document.body.dataset.in;

// notify shows a sentence for a while, in the open form if there is one; screen
// readers read it at once.
export function notify(text) {
  const toasts = document.querySelector("dialog[open] .toasts") ?? document.getElementById("toasts");
  for (const old of [...toasts.children]) if (old.textContent === text) old.remove();
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), Math.max(5000, text.length * 90));
}

// aborted: the answer was no longer wanted, which is nothing to tell of.
const aborted = (error) => error.name === "AbortError";

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (!aborted(error)) notify("The bot can't be reached just now. Nothing was lost; please try again.");
    return null;
  }
  if (response.status === 403) {
    notify("This page is no longer let in. Please open the address that Studyhall printed.");
    return null;
  }
  let result = {};
  try {
    result = await response.json();
  } catch (error) {
    if (aborted(error)) return null;
    result.notice = "The answer could not be read. Please reload the page.";
  }
  if (result.notice) notify(result.notice);
  return response.ok ? result : null;
}

// acting tells whether something that the bot answers is under way.
const answerable = new Set(["say", "press", "submit", "use"]);
let underWay = 0;
export const acting = () => underWay > 0;

// post does something; null when it failed, of which the person was told.
export async function post(what, values) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  body.set("as", me);
  if (!body.get("channel")) body.set("channel", place);
  const counts = answerable.has(what) ? 1 : 0;
  underWay += counts;
  try {
    return await answer(fetch("/api/" + what, { method: "POST", body }));
  } finally {
    underWay -= counts;
  }
}

// get reads something.
export function get(what, values, signal) {
  return answer(fetch("/api/" + what + "?" + new URLSearchParams({ as: me, in: place, ...values }), { signal }));
}
