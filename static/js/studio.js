// Names for controls that Django's widgets leave without one, on every page of the Studio.
const labelOf = (element) => element?.closest(".form-row, td, .fieldBox")?.querySelector("label, legend")?.textContent ?? "";
const clean = (text) => text.replace(/:\s*$/, "").trim();

function nameDates(root) {
  for (const input of root.querySelectorAll(".datetime :is(.vDateField, .vTimeField):not([aria-label])")) {
    const part = input.previousSibling?.textContent ?? "";
    const box = input.closest(".fieldBox, .form-row");
    const label = box?.querySelector("label, legend")?.textContent ?? "";
    input.setAttribute("aria-label", [label, part].map(clean).filter(Boolean).join(", "));
  }
}

function nameAutocompletes(root) {
  for (const box of root.querySelectorAll(".select2-container")) {
    const label = clean(labelOf(box));
    for (const field of box.querySelectorAll(".select2-search__field, .select2-selection, [role='textbox']")) {
      if (!field.hasAttribute("aria-label") && label) field.setAttribute("aria-label", label);
    }
    // The chosen values share their list with a button that is no item of it, so it is no list to be read out.
    for (const list of box.querySelectorAll("ul.select2-selection__rendered")) {
      list.setAttribute("role", "none");
      for (const item of list.querySelectorAll(":scope > li")) item.setAttribute("role", "none");
    }
  }
}

function nameTableInlines(root) {
  for (const table of root.querySelectorAll(".inline-group .tabular table")) {
    const headings = [...table.querySelectorAll("thead th")];
    for (const heading of headings) {
      if (!heading.textContent.trim()) heading.setAttribute("aria-hidden", "true");
    }
    for (const control of table.querySelectorAll("tbody :is(input:not([type='hidden']), select, textarea):not([aria-label])")) {
      // The cell of the row's own name stands under no heading of its own.
      const cell = control.closest("td");
      const heading = headings[cell?.cellIndex]?.textContent ?? "";
      if (cell && !control.labels?.length) control.setAttribute("aria-label", clean(heading.replace("?", "")) || control.name);
    }
  }
}

function nameTicks() {
  for (const row of document.querySelectorAll("#result_list tbody tr")) {
    const name = row.querySelector("th")?.textContent.trim() ?? "";
    for (const control of row.querySelectorAll("td :is(input:not([type='hidden']), select):not([aria-label], .action-select)")) {
      const cell = control.closest("td");
      const heading = document.querySelectorAll("#result_list thead th")[cell.cellIndex]?.textContent.trim() ?? "";
      if (!control.labels?.length) control.setAttribute("aria-label", `${heading}: ${name}`);
    }
  }
}

// Only a match has prompts: the column is there for a match, and while a prompt stands in a row.
function showPrompts() {
  const kind = document.querySelector(".model-question #id_kind");
  const answers = document.querySelector("#choices-group");
  if (!kind || !answers) return;
  const show = () => {
    const written = [...answers.querySelectorAll("textarea[name$='-prompt']")].some((prompt) => prompt.value.trim());
    answers.classList.toggle("without-prompts", kind.value !== "match" && !written);
  };
  kind.addEventListener("change", show);
  show();
}

function nameAll() {
  nameDates(document);
  nameAutocompletes(document);
  nameTableInlines(document);
}

showPrompts();
nameTicks();
nameAll();
const content = document.querySelector("#content-main");
if (content) new MutationObserver(nameAll).observe(content, { childList: true, subtree: true });
