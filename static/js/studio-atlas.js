// Under the fields of an atlas block: the picture that they make, drawn anew by the server after each change.
const gettext = window.gettext ?? ((text) => text);
const REST_MS = 350;

function equip(field) {
  const block = field.closest(".inline-related");
  if (!block || block.classList.contains("empty-form") || block.querySelector(".atlas-preview")) return;
  const prefix = field.name.slice(0, -"view".length);
  const place = document.createElement("div");
  place.className = "atlas-preview";
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", gettext("Preview"));
  (block.querySelector("fieldset") ?? block).append(place);

  let resting;
  let asking;

  async function draw() {
    asking?.abort();
    asking = new AbortController();
    const values = [...new FormData(field.form)].filter(([name, value]) => name.startsWith(prefix) && typeof value === "string");
    const asked = new URLSearchParams(values.map(([name, value]) => [name.slice(prefix.length), value]));
    asked.set("key", `${prefix}preview`);
    try {
      const answer = await fetch(`${field.dataset.atlasPreview}?${asked}`, { signal: asking.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status); // redirected: to the sign-in page
      place.innerHTML = await answer.text();
      // The patches lead to the facts beside the figure in the lesson, which are not here.
      for (const link of place.querySelectorAll("a[href^='#']")) link.removeAttribute("href");
    } catch (error) {
      if (error.name !== "AbortError") place.textContent = gettext("The preview did not load. Your changes are still here.");
    }
  }

  const soon = () => {
    clearTimeout(resting);
    resting = setTimeout(draw, REST_MS);
  };
  for (const name of ["input", "change"]) block.addEventListener(name, soon);
  // The picker of muscles tells of a change through jQuery only.
  window.django?.jQuery(block).on("change", "select", soon);
  draw();
}

function equipAll() {
  document.querySelectorAll("select[data-atlas-preview]").forEach(equip);
}

document.addEventListener("content-editor:ready", equipAll);
document.addEventListener("content-editor:activate", equipAll);
