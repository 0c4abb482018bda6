// Requests to the server, and short notices to the person.

export const me = document.body.dataset.as;
export const place = document.body.dataset.in;

// notify shows a sentence for a while; screen readers read it at once.
export function notify(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), Math.max(5000, text.length * 90));
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name !== "AbortError") notify("The bot can't be reached just now. Nothing was lost; please try again.");
    return null;
  }
  if (response.status === 403) {
    notify("This page is no longer let in. Please open the address that Studyhall printed.");
    return null;
  }
  let result = {};
  try {
    result = await response.json();
  } catch {
    result.notice = "The answer could not be read. Please reload the page.";
  }
  if (result.notice) notify(result.notice);
  return response.ok ? result : null;
}

// post does something; null when it failed, of which the person was told.
export function post(what, values) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  body.set("as", me);
  if (!body.get("channel")) body.set("channel", place);
  return answer(fetch("/api/" + what, { method: "POST", body }));
}

// get reads something.
export function get(what, values, signal) {
  return answer(fetch("/api/" + what + "?" + new URLSearchParams({ as: me, in: place, ...values }), { signal }));
}
