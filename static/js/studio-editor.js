// The block editor moves blocks by mouse only. This gives each block real buttons, and names to what has none.
const gettext = window.gettext ?? ((text) => text);
const rows = (root) => [...root.querySelectorAll(".inline-related:not(.empty-form)")];
const visible = (element) => element && element.offsetParent !== null;

let machine;
let spoken;

function say(text) {
  spoken.textContent = "";
  // A live region speaks when its text changes, so that the same words twice are heard twice.
  requestAnimationFrame(() => (spoken.textContent = text));
}

function orderOf(row) {
  return Number(row.querySelector(".order-machine-ordering")?.value) || 0;
}

function inOrder(row) {
  return rows(machine)
    .filter((other) => other.dataset.region === row.dataset.region)
    .sort((a, b) => orderOf(a) - orderOf(b));
}

function nameOf(row) {
  const kind = row.querySelector(":scope > h3 b")?.textContent ?? "";
  const label = row.querySelector(":scope > h3 .inline_label")?.textContent ?? "";
  return `${kind.trim()} ${label.trim()}`.trim();
}

function move(row, step, button) {
  const order = inOrder(row);
  const from = order.indexOf(row);
  const to = from + step;
  if (to < 0 || to >= order.length) {
    say(step < 0 ? gettext("This is the first block.") : gettext("This is the last block."));
    return;
  }
  order.splice(to, 0, ...order.splice(from, 1));
  order.forEach((other, index) => {
    other.querySelector(".order-machine-ordering").value = (index + 1) * 10;
    other.style.order = (index + 1) * 10;
  });
  row.scrollIntoView({ block: "nearest" });
  button.focus();
  say(`${gettext("Moved to place")} ${to + 1} / ${order.length}`);
}

function openPicker(target, opener) {
  if (!target) return;
  if (!target.classList.contains("selected")) target.click();
  const picker = document.querySelector(".plugin-buttons");
  picker.opener = opener;
  picker.scrollIntoView({ block: "nearest" });
  picker.querySelector(".plugin-button:not(.content-editor-hide)")?.focus();
}

function addBelow(row, opener) {
  const order = inOrder(row);
  const next = order[order.indexOf(row) + 1];
  const last = machine.querySelector(".order-machine-insert-target.last");
  openPicker(next?.querySelector(":scope > .order-machine-insert-target") ?? last, opener);
}

function iconButton(icon, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "block-tool";
  button.title = label;
  const glyph = document.createElement("span");
  glyph.className = "material-icons";
  glyph.setAttribute("aria-hidden", "true");
  glyph.textContent = icon;
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = label;
  button.append(glyph, words);
  button.addEventListener("click", (event) => {
    // The editor closes its picker on any click that reaches the page.
    event.stopPropagation();
    act(button);
  });
  return button;
}

function showCollapsed(row) {
  const button = row.querySelector(":scope > .block-tools .block-tool--fold");
  if (!button) return;
  const open = !row.classList.contains("collapsed");
  const label = open ? gettext("Hide") : gettext("Show");
  button.setAttribute("aria-expanded", String(open));
  button.title = label;
  button.querySelector(".material-icons").textContent = open ? "unfold_less" : "unfold_more";
  button.querySelector(".visually-hidden").textContent = label;
}

const folding = new MutationObserver((changes) => changes.forEach(({ target }) => showCollapsed(target)));

function equip(row) {
  if (row.classList.contains("empty-form") || row.querySelector(":scope > .block-tools")) return;
  const heading = row.querySelector(":scope > h3");
  if (!heading) return;
  const tools = document.createElement("div");
  tools.className = "block-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", nameOf(row));
  const fold = iconButton("unfold_less", gettext("Hide"), () => heading.click());
  fold.classList.add("block-tool--fold");
  if (window.ContentEditor.allowChange) {
    tools.append(
      iconButton("arrow_upward", gettext("Move up"), (button) => move(row, -1, button)),
      iconButton("arrow_downward", gettext("Move down"), (button) => move(row, 1, button)),
      iconButton("add", gettext("Add below"), (button) => addBelow(row, button)),
    );
  }
  tools.append(fold);
  heading.after(tools);
  folding.observe(row, { attributeFilter: ["class"] });
  showCollapsed(row);
  row.querySelector(":scope > h3 .inline_move_to_region")?.setAttribute("aria-label", gettext("Region"));
}

function equipPicker() {
  const picker = document.querySelector(".plugin-buttons");
  picker.setAttribute("role", "group");
  picker.setAttribute("aria-label", gettext("Add a block"));
  const buttons = () => [...picker.querySelectorAll(".plugin-button:not(.content-editor-hide)")];
  for (const button of buttons()) {
    button.tabIndex = 0;
    button.removeAttribute("title");
    button.querySelector(".plugin-button-icon")?.setAttribute("aria-hidden", "true");
  }
  picker.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(event.target.closest(".plugin-button"));
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      all[at]?.click();
    } else if (step) {
      event.preventDefault();
      all[(at + step + all.length) % all.length].focus();
    } else if (event.key === "Escape") {
      picker.opener?.focus();
    }
  });
}

function addAtEnd() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "block-add";
  button.textContent = gettext("Add a block");
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    openPicker(machine.querySelector(".order-machine-insert-target.last"), button);
  });
  machine.parentElement.append(button);
}

function nameEditors(root) {
  for (const editor of root.querySelectorAll(".prose-editor .ProseMirror:not([aria-label])")) {
    const field = editor.closest(".form-row");
    const label = field?.querySelector("label")?.textContent.replace(/:\s*$/, "").trim();
    editor.setAttribute("aria-label", label || gettext("Text"));
  }
  for (const button of root.querySelectorAll(".prose-menubar__button:not([aria-label])")) {
    if (button.title) button.setAttribute("aria-label", button.title);
    if (button.tagName !== "BUTTON") button.setAttribute("role", "button");
  }
}

// What was typed and not saved is not lost by a wrong click. The form is compared with what it was when it was first
// touched, because the rich text editors write their own spelling into it while they start.
function guard(form) {
  const content = () =>
    JSON.stringify(
      [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? [value.name, value.size] : value]),
    );
  // What came back with errors has not been saved either.
  let before = document.querySelector(".errornote") ? null : undefined;
  let sent = false;
  const remember = () => (before === undefined ? (before = content()) : undefined);
  for (const touch of ["pointerdown", "keydown", "focusin", "dragstart"]) {
    document.addEventListener(touch, remember, { capture: true });
  }
  form.addEventListener("submit", () => (sent = true));
  window.addEventListener("pageshow", () => (sent = false));
  window.addEventListener("beforeunload", (event) => {
    if (!sent && before !== undefined && before !== content()) event.preventDefault();
  });
}

function start() {
  machine = document.querySelector(".order-machine");
  spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  machine.parentElement.append(spoken);

  const { messages } = window.ContentEditor;
  for (const message of machine.querySelectorAll(".machine-message")) {
    if (message.textContent === messages.empty) message.textContent = gettext("Nothing here yet. Add the first block below.");
  }
  messages.empty = gettext("Nothing here yet. Add the first block below.");

  // Blocks come grouped by kind and are only painted in order. While all of them are saved ones, they can
  // be put in order for good, so that Tab and screen readers meet them as they are seen.
  const saved = rows(machine);
  if (saved.every((row) => row.classList.contains("has_original"))) {
    machine.prepend(...saved.sort((a, b) => orderOf(a) - orderOf(b)));
  }
  rows(machine).forEach(equip);
  equipPicker();
  if (window.ContentEditor.allowChange) addAtEnd();
  document.querySelector(".machine-collapse input")?.setAttribute("aria-label", gettext("Collapse all items"));

  if (window.ContentEditor.allowChange) guard(machine.closest("form"));

  document.addEventListener("content-editor:activate", (event) => {
    equip(event.detail.inline);
    const first = [...event.detail.inline.querySelectorAll("input, select, textarea, .ProseMirror")].find(visible);
    if (document.activeElement === document.body) first?.focus();
  });
  nameEditors(document);
  // The rich text editors start one by one, later than this.
  new MutationObserver(() => nameEditors(machine)).observe(machine, { childList: true, subtree: true });
}

document.addEventListener("content-editor:ready", start);
