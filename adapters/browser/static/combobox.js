// A text box with a list of suggestions, by the ARIA combobox pattern: the focus
// stays in the box, arrows choose, Tab or Enter takes, Escape closes.

// combobox makes input one. lookUp(text, signal) resolves to {items, first}, of
// which items have label and help; first says that Enter takes the first item
// unless another was chosen. filled(item) is what the box holds with an item in
// it, and take(item) puts it there.
export function combobox(input, list, lookUp, filled, take) {
  let items = [], active = -1, pending = null, timer = 0;
  let taken = false; // Enter took an item; the keypress that follows must not send the form

  function close() {
    clearTimeout(timer);
    pending?.abort();
    pending = null;
    items = [];
    active = -1;
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function activate(n) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = n;
    const option = list.children[n];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function accept(n) {
    const item = items[n];
    close();
    take(item);
  }

  function show(found, first) {
    items = found;
    active = -1;
    list.replaceChildren(...items.map((item, n) => {
      const option = document.createElement("div");
      option.className = "offer";
      option.id = list.id + "-" + n;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const label = document.createElement("b");
      label.textContent = item.label;
      option.append(label);
      if (item.help) {
        const help = document.createElement("span");
        help.textContent = item.help;
        option.append(" ", help);
      }
      option.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
      option.addEventListener("click", () => accept(n));
      return option;
    }));
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    list.scrollTop = 0;
    if (!list.hidden && list.closest("dialog")) list.scrollIntoView({ block: "nearest" }); // a form's body may end above it
    if (first && items.length) activate(0);
    else input.removeAttribute("aria-activedescendant");
  }

  async function look() {
    pending?.abort();
    const mine = pending = new AbortController();
    const found = await lookUp(input.value, mine.signal);
    if (mine.signal.aborted || document.activeElement !== input) return;
    found && found.items?.length ? show(found.items, found.first) : close();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 60);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    taken = false;
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) {
        if (event.key === "ArrowDown") look();
        return;
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(active < 0 && step < 0 ? items.length - 1 : (active + step + items.length) % items.length);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (open && event.key === "Enter" && active >= 0 && filled(items[active]).trim() !== input.value.trim()) {
      event.preventDefault();
      taken = true;
      accept(active);
    } else if (open && event.key === "Tab" && !event.shiftKey && (active >= 0 || input.value.trim().length > 1)) {
      event.preventDefault();
      accept(Math.max(active, 0));
    } else if (event.key === "Enter") {
      close();
    }
  });
  input.addEventListener("keypress", (event) => {
    if (taken && event.key === "Enter") event.preventDefault();
  });
  return { look, close };
}
