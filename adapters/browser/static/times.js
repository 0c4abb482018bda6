// Instants in the zone of the person whom the page is, as the server writes them
// too, and in the manner of the browser. The server's words stay where a date
// can't be read.

const zone = document.body.dataset.zone;
function words(options) {
  try {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone });
  } catch { // a zone that this browser doesn't know
    return new Intl.DateTimeFormat(undefined, options);
  }
}
const clock = { hour: "numeric", minute: "2-digit" };
const near = words({ weekday: "short", ...clock });
const far = words({ weekday: "short", day: "numeric", month: "short", year: "numeric", ...clock });
const short = words(clock);
const full = words({ dateStyle: "full", timeStyle: "long" });
const day = words({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

// near says weekday and time; of instants further off than six days, the date too.
function when(instant, now) {
  return Math.abs(instant - now) < 6 * 86400e3 ? near.format(instant) : far.format(instant);
}

// showTimes puts every instant under root into words; now is the bot's time.
export function showTimes(root, now) {
  for (const element of root.querySelectorAll("time[data-when], time[data-at]")) {
    const instant = new Date(element.dateTime);
    if (isNaN(instant)) continue;
    element.textContent = "at" in element.dataset ? short.format(instant) : when(instant, now);
    element.title = full.format(instant);
  }
}

// showDays puts a line between days and joins what one author says in a row.
export function showDays(log) {
  for (const old of log.querySelectorAll(".day")) old.remove();
  let lastDay = "", last = null;
  for (const entry of log.querySelectorAll(".entry")) {
    const instant = new Date(entry.dataset.instant);
    const name = day.format(instant);
    if (name !== lastDay) {
      const line = document.createElement("p");
      line.className = "day";
      line.textContent = name;
      entry.before(line);
    }
    const echo = entry.classList.contains("echo");
    const joined = !echo && last && name === lastDay && entry.dataset.author === last.author &&
      entry.dataset.author !== "bot" && instant - last.instant < 5 * 60e3;
    entry.classList.toggle("same", Boolean(joined));
    lastDay = name;
    last = echo ? null : { author: entry.dataset.author, instant };
  }
}
