// The atlas's own page around the figure: its charts, its address, and what the server draws anew: another view,
// other muscles, other layers, two muscles side by side.

import { createCharts, sweepName } from "./chart.js";
import { make } from "./making.js";
import { rounded } from "./sentence.js";
import { LIMITS } from "./solver.js";
import { gettext } from "./strings.js";

const ANGLES = Object.keys(LIMITS);
const ASKS_SERVER = ["view", "muscles", "show", "colour"];
// The names and the order of anatomy/atlas/state.py.
const ORDER = ["view", "muscles", "speed", "at", ...ANGLES, "colour", "show", "focus", "sweep", "compare"];
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

export class AtlasPage {
  constructor(atlas, place) {
    Object.assign(this, { atlas, place });
    this.link = place.querySelector("[data-share] a");
    this.address = Object.fromEntries(new URLSearchParams(this.link.search));
    this.swept = atlas.field("sweep");
    this.bind();
    this.share();
    place.addEventListener("click", (event) => {
      const preset = event.target.closest(".atlas-page__presets a");
      if (!preset || !isPlain(event)) return;
      event.preventDefault();
      const wanted = new URLSearchParams(preset.search);
      this.ask({ muscles: wanted.get("muscles"), show: wanted.get("show"), focus: null }, { isStep: true });
    });
    place.addEventListener("submit", (event) => {
      if (event.target.matches(".atlas__controls")) {
        event.preventDefault();
        this.ask();
      } else if (event.target.matches(".compare__form")) {
        event.preventDefault();
        this.ask({ compare: new FormData(event.target).getAll("compare").join(",") }, { isStep: true });
      }
    });
    place.addEventListener("change", (event) => {
      if (event.target.matches(".compare__form select")) event.target.form.requestSubmit();
    });
    this.search = location.search;
    addEventListener("popstate", () => {
      if (location.search !== this.search) this.goBack(); // else only a part of the page was gone to
    });
  }

  bind() {
    this.charts = createCharts(this.place.querySelectorAll("[data-chart]"), this.atlas.solver);
  }

  /** A control of the form has moved; true when the server is to draw what it asks for. */
  moved(name, value) {
    if (ASKS_SERVER.includes(name)) {
      this.ask();
      return true;
    }
    if (ANGLES.includes(name)) this.sweep(name);
    else if (name === "at") this.sweep("stride");
    else if (name === "speed") this.sweep(value ? "stride" : "flexion");
    else if (name === "sweep") this.swept = value;
    return false;
  }

  sweep(name) {
    if (this.swept === name) return;
    this.swept = name;
    const select = this.atlas.form.querySelector("select[name=sweep]");
    const stride = select.querySelector("[value=stride]");
    if (name === "stride" && !stride) select.add(new Option(sweepName("stride"), "stride"));
    if (name !== "stride") stride?.remove();
    select.value = name;
  }

  get now() {
    const { current, speed, at } = this.atlas;
    return [this.swept, current, speed, this.swept === "stride" ? at : current[this.swept]];
  }

  draw() {
    this.charts.draw(...this.now);
  }

  settle() {
    this.charts.settle(...this.now);
    this.address = this.written();
    this.link.href = this.href(this.address);
    history.replaceState(history.state, "", this.link.href);
    this.search = location.search;
  }

  // The address

  /** The state as an address says it, `changes` over it; what is as at first is left out. */
  written(changes = {}) {
    const { current, speed, at, chooser } = this.atlas;
    const state = { ...this.address };
    for (const name of ["speed", "at", "focus", "sweep", ...ANGLES]) delete state[name];
    if (speed) Object.assign(state, { speed, at: rounded(at) });
    else for (const name of ANGLES) if (rounded(current[name])) state[name] = rounded(current[name]);
    if (chooser.chosen()) state.focus = chooser.chosen();
    if (this.swept !== (speed ? "stride" : "flexion")) state.sweep = this.swept;
    const all = Object.entries({ ...state, ...changes }).filter(([, value]) => value !== null && value !== undefined);
    return Object.fromEntries(all.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  }

  href(state) {
    const query = new URLSearchParams(state).toString().replaceAll("%2C", ",");
    return query ? `${this.atlas.root.dataset.page}?${query}` : this.atlas.root.dataset.page;
  }

  share() {
    if (!navigator.clipboard) return;
    const button = make("button", { type: "button", className: "button", textContent: gettext("Copy the link") });
    const said = make("span", { className: "muted" });
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      this.settle();
      try {
        await navigator.clipboard.writeText(this.link.href);
        said.textContent = gettext("Copied.");
      } catch {
        said.textContent = gettext("Not copied: take it from the address bar.");
      }
    });
    this.link.after(" ", button, " ", said);
  }

  // What the server draws

  /**
   * Fetch the page for what the form says, with `changes`, and take its picture, facts and charts. A step is one that
   * the browser's Back takes back.
   */
  async ask(changes = {}, { isStep = false } = {}) {
    const { atlas } = this;
    const data = new FormData(atlas.form);
    const ticked = data.getAll("muscles").filter(Boolean);
    // The muscles stay in their order; a new one comes last.
    const stayed = atlas.muscles.map(({ slug }) => slug).filter((slug) => ticked.includes(slug));
    const address = this.href(this.written({
      view: data.get("view"),
      muscles: [...new Set([...stayed, ...ticked])].join(","),
      colour: data.get("colour"),
      show: data.getAll("show").filter(Boolean).join(","),
      ...(ticked.includes(atlas.chooser.chosen()) ? {} : { focus: null }),
      ...changes,
    }));
    await this.fetch(address, (fresh) => {
      if (isStep && address !== location.pathname + location.search) {
        this.settle();
        history.pushState(null, "", address);
        this.search = location.search;
      }
      this.take(fresh);
    });
  }

  /** Show what the address says now: the reader went back or forth. */
  async goBack() {
    const { atlas } = this;
    clearTimeout(atlas.resting); // it would write the state that was left over the one that is gone to
    atlas.player?.pause();
    this.search = location.search;
    await this.fetch(location.href, (fresh) => {
      const theirs = new FormData(fresh.querySelector("form.atlas__controls"));
      for (const name of ["view", "colour", "speed", ...ANGLES]) atlas.setField(name, theirs.get(name));
      atlas.at = Number(theirs.get("at"));
      this.sweep(theirs.get("sweep"));
      this.take(fresh);
      atlas.chooser.choose(new URLSearchParams(location.search).get("focus") ?? "");
    });
  }

  async fetch(address, take) {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      // Without an answer here, the whole page is asked for: then the reader sees what is wrong.
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  take(fresh) {
    const { atlas, place } = this;
    const root = fresh.querySelector("hip-atlas");
    const focused = document.activeElement?.id;
    const both = (selector) => [place, fresh].map((page) => page.querySelector(selector));
    if (root.dataset.view === atlas.root.dataset.view) {
      const [mine, theirs] = both("[data-layer=bones]");
      theirs.replaceWith(mine); // pictures that are there do not flicker
    }
    for (const name of ["view", "frame"]) atlas.root.dataset[name] = root.dataset[name];
    const [marks, newMarks] = [place, fresh].map((page) => page.querySelectorAll(".atlas__figure > :is(.atlas__scale, .atlas__hint)"));
    for (const mark of marks) mark.remove();
    place.querySelector("[data-note]").after(...newMarks);
    for (const selector of [".atlas__frame", ".atlas__facts", ".atlas-page__charts", ".compare", ".atlas__muscles > summary"]) {
      const [mine, theirs] = both(selector);
      if (mine) mine.replaceChildren(...(theirs?.childNodes ?? []));
      else if (theirs) place.querySelector(".compare").before(theirs);
    }
    const presets = fresh.querySelectorAll(".atlas-page__presets a");
    place.querySelectorAll(".atlas-page__presets a").forEach((link, i) => {
      if (presets[i].hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    const theirs = new FormData(fresh.querySelector("form.atlas__controls"));
    for (const box of atlas.form.querySelectorAll("[name=muscles], [name=show]")) {
      if (box.type === "checkbox") box.checked = theirs.getAll(box.name).includes(box.value);
    }
    this.address = Object.fromEntries(new URLSearchParams(fresh.querySelector("[data-share] a").search));
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    atlas.bind();
    this.bind();
    atlas.draw();
    atlas.scene?.refresh();
    atlas.rest();
  }
}
