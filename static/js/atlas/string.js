// String the muscle: a tap on a patch answers at once, and a muscle that is strung swings the leg once.
// Without this module each patch is a link and each step a form that load the page anew.

import { linkAt, rove } from "./links.js";
import { make } from "./making.js";
import { AXES, numbersOf, rounded } from "./sentence.js";
import { gettext } from "./strings.js";

const SWING_MS = 4000;
const SWINGS = { flexion: [45, -20], adduction: [15, -25], rotation: [30, -30] };
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const page = document.querySelector(".string-page");
let frame = 0;
let asking;

async function go(address) {
  cancelAnimationFrame(frame);
  asking?.abort(); // of two taps the later one counts, whichever is answered first
  asking = new AbortController();
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".string-page");
    page.replaceChildren(...fresh.childNodes);
    history.replaceState(history.state, "", address);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  begin();
  const told = [...page.querySelectorAll("[data-string-result]")].at(-1) ?? page.querySelector(".string__answer legend");
  told.tabIndex = -1;
  told.focus({ preventScroll: true });
  // What is strung stands right below the words, and its leg swings: both are to be in view.
  told.scrollIntoView({ block: page.querySelector("hip-atlas") ? "start" : "nearest" });
}

function begin() {
  // By their letters: in the picture they stand by their size.
  const patches = [...page.querySelectorAll(".string__choices input")]
    .map(({ value }) => page.querySelector(`a[data-patch="${CSS.escape(value)}"]`))
    .filter(Boolean);
  if (patches.length) {
    page.querySelector(".string__board").setAttribute("aria-description", gettext("Arrow keys go from patch to patch."));
    rove(patches, patches.find((patch) => patch.hasAttribute("aria-current")));
  }
  const figure = page.querySelector("hip-atlas");
  if (figure) strung(figure);
}

/** Bend, spread or turn the leg once there and back, whichever the muscle does most: its figure shows what comes of it. */
async function strung(figure) {
  figure.wake();
  const atlas = await figure.atlas;
  if (!atlas || !figure.isConnected || reduced.matches) return;
  const arms = numbersOf(atlas.solver.muscle(atlas.muscles[0].slug, {}));
  const axis = AXES.reduce((best, other) => (Math.abs(arms[other]) > Math.abs(arms[best]) ? other : best));
  const [there, back] = arms[axis] > 0 ? SWINGS[axis] : [...SWINGS[axis]].reverse();

  function swing() {
    cancelAnimationFrame(frame);
    const begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - begun) / SWING_MS));
      const wave = Math.sin(2 * Math.PI * share);
      atlas.setField(axis, rounded(wave * (wave > 0 ? there : -back)));
      atlas.soon();
      if (share < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  const again = make("button", { type: "button", className: "atlas__button", textContent: gettext("Swing the leg again") });
  again.addEventListener("click", swing);
  figure.querySelector("[data-scene-place]").prepend(again, " ");
  figure.addEventListener("pointerdown", ({ target }) => { if (target.type === "range") cancelAnimationFrame(frame); });
  swing();
}

page.addEventListener("click", (event) => {
  const link = event.target.closest(".string__board") ? linkAt(event) : event.target.closest(".string__tasks a, .string__views a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(new URL(link.getAttribute("href"), location.href).href);
});
page.addEventListener("submit", (event) => {
  if (!event.target.matches(".string__form")) return;
  event.preventDefault();
  go(`${location.pathname}?${new URLSearchParams(new FormData(event.target))}`);
});
// A letter that is chosen shows on its patch.
page.addEventListener("change", ({ target }) => {
  for (const patch of page.querySelectorAll("a[data-patch]")) {
    if (patch.dataset.patch === target.value) patch.setAttribute("aria-current", "true");
    else patch.removeAttribute("aria-current");
  }
});
begin();
