// The figure, alive: what its form says is drawn at once, at most once a frame; words follow when it rests.

import { createChooser } from "./choosing.js";
import { createDrawing } from "./drawing.js";
import { dataAt, make } from "./making.js";
import { createPlayer } from "./playing.js";
import { AXES, degrees, lengthWords, leverWords, numbersOf, phaseName, rounded, sentence, shortLength } from "./sentence.js";
import { LIMITS, clampPose, createSolver } from "./solver.js";
import { gettext } from "./strings.js";

const REST_MS = 400;
const FORESHORTENED = 60; // from here on the thigh points so much towards the eye that a flat bone says little
const STOPS = [0, 25, 50, 75]; // of a stride whose ground contact is not known

const ANGLES = Object.keys(LIMITS);

/** Bring the <hip-atlas> `root` to life; rejects when the model does not come. */
export async function start(root) {
  const place = root.closest(".atlas-page");
  const [model, strands, page] = await Promise.all([
    dataAt(root.dataset.model),
    root.dataset.strands ? dataAt(root.dataset.strands) : {},
    place && import("./page.js"),
  ]);
  const atlas = new Atlas(root, place ?? root, model, strands);
  if (page) atlas.page = new page.AtlasPage(atlas, place);
  atlas.begin();
  return atlas;
}

class Atlas {
  constructor(root, scope, model, strands) {
    Object.assign(this, { root, scope, model, strands, solver: createSolver(model) });
    this.form = root.querySelector("form.atlas__controls");
    this.standing = this.solver.solveAll({});
    this.at = Number(this.field("at")) || 0;
    this.axis = root.dataset.moved ?? "";
    this.chooser = createChooser(root, scope, (slug) => this.chose(slug));
    root.addEventListener("input", (event) => this.moved(event.target.name, event.target.value));
  }

  begin() {
    this.bind();
    this.play();
    const open = this.root.querySelector(".atlas__panel[open]");
    if (open) this.chooser.choose(open.dataset.structure, { show: false });
    const early = this.changedEarly();
    this.draw();
    for (const [name, value] of early) {
      if (ANGLES.includes(name)) this.setField(name, value); // a stride has just set it
      this.moved(name, value);
    }
    if (this.root.dataset.scene && this.root.dataset.glb) this.offerScene();
    this.root.toggleAttribute("data-live", true);
  }

  leave() {
    this.player?.leave();
    this.scene?.close();
    clearTimeout(this.resting);
    cancelAnimationFrame(this.frame);
  }

  // What the form says

  field(name) {
    return new FormData(this.form).get(name) ?? "";
  }

  setField(name, value) {
    for (const field of this.form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  }

  /** What was changed in the form before the figure woke, as [name, value]. */
  changedEarly() {
    return [...this.form.elements].flatMap((field) => {
      if (field.type === "checkbox" ? field.checked !== field.defaultChecked
        : field.type === "radio" ? field.checked && !field.defaultChecked
          : field.type === "range" && field.value !== field.defaultValue) return [[field.name, field.value]];
      return [];
    });
  }

  pose() {
    const data = Object.fromEntries(new FormData(this.form));
    this.speed = data.speed ?? "";
    return clampPose(this.speed ? this.solver.stride(this.speed, this.at) : data);
  }

  moved(name, value) {
    if (ANGLES.includes(name)) {
      if (AXES.includes(name)) this.axis = name;
      this.player?.pause();
      this.setField("speed", "");
    } else if (name === "at") {
      this.player?.pause();
      this.at = Number(value);
      if (!this.field("speed")) this.setField("speed", "fast");
    } else if (name === "speed") {
      this.player?.pause();
    }
    if (!this.page?.moved(name, value)) this.soon();
  }

  chose(slug) {
    this.scene?.focus(slug);
    this.rest();
  }

  // Drawing

  /** Look at the picture and its panels: they have come from the server. */
  bind() {
    const { root, scope } = this;
    const owner = (element) => element.closest("[data-compare]")?.dataset.compare ?? element.closest("[data-structure]").dataset.structure;
    this.drawing = createDrawing(root, JSON.parse(root.dataset.frame), this.solver, this.strands);
    this.muscles = [...root.querySelectorAll(".atlas__panel")].map((panel) => ({
      slug: panel.dataset.structure,
      name: panel.querySelector(".atlas__name").textContent,
    }));
    this.numbers = [...scope.querySelectorAll("[data-number]")].map((place) => ({ place, kind: place.dataset.number, slug: owner(place) }));
    this.bars = [...scope.querySelectorAll("[data-bar]")].map((bar) => ({ bar, slug: owner(bar) }));
    for (const output of root.querySelectorAll("output")) output.setAttribute("aria-live", "off");
    this.chooser.refresh();
  }

  soon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
    this.rest();
  }

  draw() {
    const pose = this.current = this.pose();
    const lines = this.solver.solveAll(pose);
    const known = new Map();
    this.numbersAt = (slug) => {
      if (!known.has(slug)) known.set(slug, numbersOf(this.mean(slug, lines)));
      return known.get(slug);
    };
    this.drawing.draw(pose, lines, this.numbersAt, this.field("colour"));
    for (const { place, kind, slug } of this.numbers) {
      const numbers = this.numbersAt(slug);
      const words = kind === "length" ? lengthWords(numbers)
        : kind === "change" ? shortLength(numbers)
          : leverWords(kind, numbers[kind]);
      if (place.textContent !== words) place.textContent = words;
    }
    for (const { bar, slug } of this.bars) {
      bar.style.setProperty("--stretch", Math.max(-1, Math.min(1, this.numbersAt(slug).relative / 0.25)).toFixed(3));
    }
    this.show(pose);
    this.page?.draw();
    this.scene?.setPose(pose);
  }

  /** A muscle as the mean over its lines, as the solver's own. */
  mean(slug, lines) {
    const names = this.solver.muscles[slug].lines;
    const mean = (of) => names.reduce((sum, name) => sum + of(name), 0) / names.length;
    const length = mean((name) => lines[name].length);
    const relative = length / mean((name) => this.standing[name].length) - 1;
    return { length, relative, ...Object.fromEntries(AXES.map((axis) => [axis, mean((name) => lines[name][axis])])) };
  }

  show(pose) {
    const values = { ...pose, at: this.at };
    for (const input of this.form.querySelectorAll("input[type=range]")) {
      const value = rounded(values[input.name]);
      if (this.speed || input.name === "at") input.value = value;
      const output = input.parentElement.querySelector("output");
      const words = `${degrees(value)}${output.dataset.unit}`;
      if (input.getAttribute("aria-valuetext") === words) continue;
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
    }
    const phase = this.root.querySelector("[data-phase]");
    const stance = this.speed && this.model.stride[this.speed].stance_pct;
    if (phase) phase.textContent = stance ? phaseName(this.at, stance) : "";
    const note = this.root.querySelector("[data-note]");
    if (note) note.hidden = this.root.dataset.view === "side" || Math.abs(pose.flexion) <= FORESHORTENED;
  }

  // At rest

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.settle(), REST_MS);
  }

  settle() {
    if (this.player?.playing()) return;
    const chosen = this.chooser.chosen();
    const told = [...this.muscles].sort((a, b) => (b.slug === chosen) - (a.slug === chosen));
    const words = sentence(
      this.current,
      told.length || this.page ? told.map(({ slug, name }) => [name, this.numbersAt(slug)]) : null,
      this.speed ? { speed: this.speed, at: rounded(this.at) } : null,
      this.page ? this.page.swept : this.axis,
    );
    const place = this.root.querySelector(".atlas__sentence");
    if (place.textContent !== words) place.textContent = words;
    this.page?.settle();
  }

  // The stride

  play() {
    const place = this.root.querySelector("[data-stride]");
    if (!place) return;
    this.player = createPlayer(place, {
      at: () => this.at,
      speed: () => this.field("speed"),
      stops: () => {
        const stance = this.model.stride[this.field("speed")]?.stance_pct;
        return stance ? [0, stance / 2, stance, (stance + 100) / 2, 90].map(rounded) : STOPS;
      },
      go: (at) => {
        this.at = at;
        if (!this.field("speed")) this.setField("speed", "fast");
        this.page?.sweep("stride");
        this.soon();
      },
    }, this.model);
  }

  // Three dimensions

  offerScene() {
    const place = this.root.querySelector("[data-scene-place]");
    const button = make("button", { type: "button", className: "button", textContent: gettext("Turn it in 3D") });
    place.append(button);
    button.addEventListener("click", async () => {
      button.disabled = true;
      const { openScene } = await import("./scene.js");
      this.scene = await openScene(this, place, (hadFocus) => {
        this.scene = null;
        button.hidden = false;
        if (hadFocus) button.focus();
      });
      button.hidden = Boolean(this.scene);
      button.disabled = false;
    });
  }
}
