// Lessons are put in order by buttons, by dragging, or by typing the number: all of them fill in the same inputs.
const gettext = window.gettext ?? ((text) => text);
const table = document.querySelector("#result_list");
const inputs = table?.querySelectorAll("tbody input[name$='-position']") ?? [];
// Moving makes sense only where the list is shown in its own order.
const ownOrder = !new URLSearchParams(location.search).has("o");

const groupOf = (row) => row.querySelector(".field-part_number")?.textContent ?? "";
const inputOf = (row) => row.querySelector("input[name$='-position']");
const rows = () => [...table.querySelectorAll("tbody tr")];

function number(group, before) {
  // The same numbers are dealt out anew, so that lessons which a filter hides keep their places.
  let last = -1;
  const values = before.map((value) => (last = Math.max(last + 1, value)));
  rows()
    .filter((row) => groupOf(row) === group)
    .forEach((row, index) => (inputOf(row).value = values[index]));
}

function place(row, target, after) {
  if (!target || target === row || groupOf(target) !== groupOf(row)) return false;
  const group = groupOf(row);
  const before = rows()
    .filter((other) => groupOf(other) === group)
    .map((other) => Number(inputOf(other).value) || 0)
    .sort((a, b) => a - b);
  target[after ? "after" : "before"](row);
  number(group, before);
  table.classList.add("is-moved");
  return true;
}

function button(icon, label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "row-move";
  element.textContent = icon;
  element.title = label;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", () => {
    act();
    element.focus();
  });
  return element;
}

let dragged;

function equip(row) {
  const input = inputOf(row);
  const name = row.querySelector(".field-title")?.textContent.trim() ?? "";
  input.setAttribute("aria-label", `${gettext("Position")}: ${name}`);
  if (!ownOrder) return;
  const box = document.createElement("span");
  box.className = "row-moves";
  input.before(box);
  box.append(
    button("↑", `${gettext("Move up")}: ${name}`, () => place(row, row.previousElementSibling, false)),
    button("↓", `${gettext("Move down")}: ${name}`, () => place(row, row.nextElementSibling, true)),
    input,
  );
  // The row itself is dragged by this handle only, so that its words can still be selected.
  const handle = document.createElement("span");
  handle.className = "row-handle";
  handle.setAttribute("aria-hidden", "true");
  handle.draggable = true;
  box.prepend(handle);
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    row.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", name);
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("is-dragged");
    dragged = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged || groupOf(dragged) !== groupOf(row)) return;
    event.preventDefault();
    const middle = row.getBoundingClientRect();
    place(dragged, row, event.clientY > middle.top + middle.height / 2);
  });
}

for (const input of inputs) equip(input.closest("tr"));
