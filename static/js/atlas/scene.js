// The same hip in three dimensions, in step with the drawing: loaded on demand, closed by a button, and never the only
// way to a fact. Without WebGL, or when it does not load, it says so and the drawing stays.

import { dataAt, make } from "./making.js";
import { gettext } from "./strings.js";

const hasWebGL = () => Boolean(document.createElement("canvas").getContext("webgl2"));

/** Open it for the figure `atlas`, with words in `place`; `closed` hears of its end, and whether it had the focus. Resolves to its handle, or null. */
export async function openScene(atlas, place, closed) {
  const { root } = atlas;
  place.querySelector("[role=status]")?.remove();
  const said = make("p", { className: "atlas__note" });
  said.setAttribute("role", "status");
  const say = (words) => {
    said.textContent = words;
    place.append(said);
  };
  if (!hasWebGL()) {
    say(gettext("This browser cannot draw in 3D: WebGL 2 is off or missing. The drawing shows the same muscles."));
    return null;
  }

  const meter = make("progress", { max: 1 });
  meter.setAttribute("aria-label", gettext("Loading the bones"));
  const waiting = make("p", { className: "scene__waiting" }, gettext("Loading the bones …"), meter);
  const stage = make("div", { className: "scene__stage" });
  const views = [["front", gettext("Front")], ["side", gettext("Side")], ["back", gettext("Back")]].map(([value, textContent]) => (
    make("button", { type: "button", className: "atlas__button", value, textContent })
  ));
  const over = make("button", { type: "button", className: "button", textContent: gettext("Back to the drawing") });
  const keys = gettext("Drag to turn it, or use the arrow keys; plus and minus bring it nearer, Home turns it back.");
  const bar = make("div", { className: "scene__bar" }, ...views, over);
  const box = make("div", { className: "scene" }, stage, bar, make("p", { className: "atlas__hint", textContent: keys }));
  const frame = root.querySelector(".atlas__frame");
  let scene = null;
  let view = root.dataset.view;

  const press = (name) => {
    for (const button of views) button.setAttribute("aria-pressed", String(button.value === name));
  };
  const close = () => {
    scene?.dispose();
    scene = null;
    box.remove();
    frame.hidden = false;
  };
  const leave = (words) => {
    const hadFocus = !words || box.contains(document.activeElement);
    close();
    if (words) say(words);
    closed(hadFocus);
  };

  press(view);
  bar.hidden = true;
  stage.append(waiting);
  frame.hidden = true;
  frame.after(box);
  box.scrollIntoView({ block: "nearest" });
  try {
    const [bundle, strands] = await Promise.all([import(root.dataset.scene), dataAt(root.dataset.strands)]);
    scene = await bundle.mount(stage, {
      glb: root.dataset.glb,
      strands,
      solver: atlas.solver,
      muscles: musclesOf(atlas),
      pose: atlas.current,
      view,
      colouring: atlas.field("colour") || "muscle",
      show: shownOf(atlas),
      reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
      onProgress: (loaded, total) => { if (total) meter.value = Math.min(1, loaded / total); },
      onSelect: (slug) => atlas.chooser.choose(ownerOf(atlas, slug)),
      onView: press,
      onLost: () => leave(gettext("The browser has stopped drawing in 3D. Here is the drawing again.")),
      labels: { view: root.querySelector(".atlas__picture > title")?.textContent ?? gettext("The hip in 3D"), keys },
    });
  } catch (error) {
    console.warn(error);
    close();
    say(gettext("The 3D view did not load. The drawing shows the same muscles; you may try again."));
    return null;
  }
  if (!root.isConnected) { // the figure has gone while the bones were on their way
    close();
    return null;
  }
  waiting.remove();
  bar.hidden = false;
  for (const button of views) button.addEventListener("click", () => scene.setView(button.value));
  over.addEventListener("click", () => leave());
  stage.focus({ preventScroll: true });

  const handle = {
    setPose: (pose) => scene?.setPose(pose),
    focus: (slug) => scene?.focus(slug || null),
    /** The page shows other muscles, or another view. */
    refresh() {
      scene?.setMuscles(musclesOf(atlas));
      scene?.setShow(shownOf(atlas));
      scene?.setColouring(atlas.field("colour") || "muscle");
      if (view !== root.dataset.view) scene?.setView(root.dataset.view);
      view = root.dataset.view;
      scene?.focus(atlas.chooser.chosen() || null);
    },
    close,
  };
  // The leg may have been moved, and other muscles chosen, while it was loading.
  handle.setPose(atlas.current);
  handle.refresh();
  return handle;
}

function musclesOf({ root, muscles, solver }) {
  return muscles.map(({ slug }) => ({
    slug,
    colour: root.querySelector(`.atlas__panel[data-structure="${slug}"] circle`).getAttribute("fill"),
    lines: solver.muscles[slug].lines,
  }));
}

function shownOf({ form }) {
  return new FormData(form).getAll("show").join(",").split(",").filter((part) => ["origins", "insertions", "lines"].includes(part));
}

/** The muscle whose facts a patch opens: the drawing knows which muscles end as one. */
function ownerOf({ root, muscles }, structure) {
  if (muscles.some(({ slug }) => slug === structure)) return structure;
  const shared = root.querySelector(`.atlas__picture a[data-structure="${CSS.escape(structure)}"]`);
  return shared?.dataset.muscles.split(" ")[0] ?? "";
}
