// One muscle in view: touched or focused in the picture, or opened in the list. The others step back.
// The patches are one stop of the Tab key; arrow keys go from patch to patch.

import { linkAt, rove } from "./links.js";
import { make } from "./making.js";
import { gettext } from "./strings.js";

const ROWS = 3; // of a panel: where from, where to, what it does
const muscleOf = (link) => link.getAttribute("href").slice(link.closest("hip-atlas").id.length + 2);
const belongs = (element, slug) => (element.dataset.muscles ?? element.dataset.structure).split(" ").includes(slug);

/** Listens in `root`, marks in `scope` (charts stand outside of the figure); `changed(slug)` hears of each choice. */
export function createChooser(root, scope, changed = () => {}) {
  const card = make("div", { className: "atlas__card" });
  let opened = null;
  let chosen = "";

  const panelOf = (slug) => root.querySelector(`.atlas__panel[data-structure="${CSS.escape(slug)}"]`);

  function choose(slug, { show = true } = {}) {
    if (slug !== chosen) {
      chosen = slug;
      mark();
      changed(slug);
    }
    const panel = slug && show ? panelOf(slug) : null;
    if (opened && opened !== panel) opened.open = false;
    opened = panel && !panel.open ? panel : panel === opened ? opened : null;
    if (panel) panel.open = true;
    tell(panel);
  }

  /** Say under the picture what the muscle is: its panel may be far away, and the page does not scroll by itself. */
  function tell(panel) {
    card.remove();
    if (!panel) return;
    const traits = panel.querySelector(".atlas__traits").cloneNode(true);
    while (traits.children.length > ROWS) traits.lastElementChild.remove();
    card.replaceChildren(
      make("p", { className: "atlas__card-name", textContent: panel.querySelector(".atlas__name").textContent }),
      traits,
      make("p", { className: "cluster" },
        make("a", { href: `#${root.id}-${chosen}`, textContent: gettext("All its facts and numbers") }),
        make("span", { className: "muted", textContent: gettext("Escape or a tap beside it shows all muscles alike.") })),
    );
    root.querySelector(".atlas__sentence").before(card);
  }

  function mark() {
    root.toggleAttribute("data-chosen", Boolean(chosen));
    for (const element of scope.querySelectorAll("svg [data-structure], .atlas__panel")) {
      element.toggleAttribute("data-on", Boolean(chosen) && belongs(element, chosen));
    }
  }

  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !event.target.closest(".atlas__picture")) return;
    const link = linkAt(event);
    event.preventDefault();
    choose(link ? muscleOf(link) : "");
  });
  root.addEventListener("focusin", (event) => {
    const link = event.target.closest(".atlas__picture a");
    if (link) choose(muscleOf(link));
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) choose("");
  });
  root.addEventListener("toggle", (event) => {
    const panel = event.target.closest?.(".atlas__panel");
    if (!panel) return;
    const slug = panel.dataset.structure;
    if (panel.open && panel !== opened) choose(slug, { show: false });
    else if (!panel.open && slug === chosen) {
      opened = null;
      choose("");
    }
  }, true);

  return {
    choose,
    chosen: () => chosen,
    /** The picture is a new one: make its stops and marks. */
    refresh() {
      const picture = root.querySelector(".atlas__picture");
      if (!picture) return;
      picture.setAttribute("aria-description", gettext("Arrow keys go from patch to patch, Escape shows all muscles alike."));
      // A line takes a stop only where its muscle has no patch in this view; the server has marked the others.
      const stops = [...picture.querySelectorAll("a:not([tabindex])")];
      if (stops.length) rove(stops, stops.find((link) => muscleOf(link) === chosen));
      if (chosen && !panelOf(chosen)) choose(""); // its muscle is no longer shown
      if (opened && !opened.isConnected) opened = panelOf(opened.dataset.structure);
      mark();
      tell(card.isConnected && panelOf(chosen));
    },
  };
}
