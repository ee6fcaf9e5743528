// The hip in three dimensions: bones, patches, and fibres that follow the pose. It draws only when something moved.
//
// The container gets a canvas, tabindex 0, role "img" and a label. An image with a label is what screen readers read
// well; its facts stand as text beside it, so nothing here is the only way to anything, and a reader's own keys go
// on working. Arrow keys turn, plus and minus zoom, Home looks from where one began.
import { Scene, WebGLRenderer } from "three";
import { Bodies } from "./bodies.js";
import { Viewpoint } from "./camera.js";
import { openCanvas, release } from "./context.js";
import { Fibres } from "./fibres.js";
import { Light } from "./light.js";
import { listenForPicks } from "./picking.js";

const STANDING = { flexion: 0, adduction: 0, rotation: 0, knee: 0 };
const SHARPEST = 2; // device pixels a CSS pixel; more costs four times the work and shows nothing
const REST_MS = 200; // without motion, after which a picture with rough edges is drawn anew, larger
// Two muscles end as one: their common insertion belongs to both.
const COMMON = { "psoas-major": ["iliopsoas"], iliacus: ["iliopsoas"] };
const LABELS = {
  view: "The hip in 3D",
  keys: "Arrow keys turn it, plus and minus zoom, Home goes back.",
};

/**
 * Show the hip in `container`, whose size and background the page sets.
 *
 * @param {HTMLElement} container
 * @param {object} options
 * @param {string} options.glb address of hip.glb
 * @param {object} options.strands strands.json, read
 * @param {object} options.solver what createSolver(model) gave
 * @param {{slug: string, colour: string, lines: string[]}[]} options.muscles what is shown: the patches of each, and
 *   the fibres along its lines (none for an empty list)
 * @param {object} [options.pose] degrees; standing by default
 * @param {"front"|"side"|"back"} [options.view]
 * @param {"muscle"|"stretch"} [options.colouring]
 * @param {string[]} [options.show] of "origins", "insertions" and "lines"; all by default
 * @param {boolean} [options.reducedMotion] no gliding, no animated turns
 * @param {(slug: string, kind: "origin"|"insertion"|"line") => void} [options.onSelect] after a click or tap
 * @param {(view: string|null) => void} [options.onView] seen from a named view, or from between them (null)
 * @param {(loaded: number, total: number) => void} [options.onProgress] bytes of the bones so far, of how many (0: not told)
 * @param {() => void} [options.onLost] the graphics context is gone and with it this view: show something else
 * @param {boolean} [options.smooth] smooth edges in every frame, or in none; by default where that costs nothing, and
 *   otherwise once the picture rests
 * @param {{view?: string, keys?: string}} [options.labels] what screen readers say of the view and its keys
 * @returns the view's handle: setPose(pose), setMuscles(list), setColouring(c), setShow(list), setView(name),
 *   focus(slug|null), look(from, at), render(), stats(), dispose()
 * @throws {Error} when the browser gives no WebGL 2, or the bones do not come
 */
export async function mount(container, options) {
  const surface = openCanvas(options.smooth);
  try {
    const bodies = await Bodies.load(options.glb, options.onProgress);
    return new View(container, surface, bodies, options).open(options);
  } catch (error) {
    release(surface.context);
    throw error;
  }
}

class View {
  #container;
  #canvas;
  #renderer;
  #scene = new Scene();
  #bodies;
  #light;
  #viewpoint;
  #solver;
  #strands;
  #fibres = new Map(); // by muscle: one for each line
  #muscles = [];
  #pose;
  #show;
  #byStretch;
  #focus = null;
  #isStale = true; // the pose, or what is shown, has changed since the last picture
  #frame = 0;
  #size;
  #isSmooth; // or else it is drawn larger once it rests
  #isFine = false; // drawn larger now
  #rest = 0;
  #listening = new AbortController();
  #isOver = false;

  constructor(container, { canvas, context, isSmooth }, bodies, options) {
    const { solver, strands, onSelect = () => {}, onView = () => {}, onLost = () => {} } = options;
    this.#container = container;
    this.#canvas = canvas;
    this.#bodies = bodies;
    this.#solver = solver;
    this.#strands = strands;
    this.#pose = { ...STANDING, ...options.pose };
    this.#show = new Set(options.show ?? ["origins", "insertions", "lines"]);
    this.#byStretch = options.colouring === "stretch";
    this.#isSmooth = isSmooth || options.smooth === false;
    this.#renderer = new WebGLRenderer({ canvas, context });
    this.#renderer.setClearColor(0, 0);
    const due = () => this.#due();
    this.#light = new Light(container, due);
    this.#scene.add(bodies.root, ...this.#light.objects);
    this.#viewpoint = new Viewpoint({
      container,
      canvas,
      reducedMotion: options.reducedMotion ?? matchMedia("(prefers-reduced-motion: reduce)").matches,
      moved: due,
      seenFrom: onView,
    });
    const { signal } = this.#listening;
    canvas.addEventListener("webglcontextlost", () => {
      this.dispose();
      onLost();
    }, { signal });
    listenForPicks({ canvas, camera: this.#viewpoint.camera, targets: () => this.#targets(), pick: onSelect, signal });
    this.#label({ ...LABELS, ...options.labels });
    if (getComputedStyle(container).position === "static") container.style.position = "relative";
    Object.assign(canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
    container.append(canvas);
    this.#size = new ResizeObserver(() => this.#resize());
    this.#size.observe(container);
  }

  /** Draw the first picture; returns the handle. Leaves nothing behind if what is asked for cannot be drawn. */
  open({ muscles, view = "front" }) {
    try {
      this.setMuscles(muscles);
      this.setView(view, true);
      this.#resize();
    } catch (error) {
      this.dispose();
      throw error;
    }
    return this.#handle();
  }

  setPose(pose) {
    this.#pose = { ...STANDING, ...pose };
    this.#change();
  }

  setMuscles(muscles) {
    this.#muscles = muscles;
    this.#change();
  }

  setColouring(colouring) {
    this.#byStretch = colouring === "stretch";
    this.#change();
  }

  setShow(parts) {
    this.#show = new Set(parts);
    this.#change();
  }

  setView(name, atOnce) {
    this.#viewpoint.setView(name, atOnce);
    this.#due();
  }

  focus(slug) {
    this.#focus = slug || null;
    this.#change();
  }

  look(from, at) {
    this.#viewpoint.look(from, at);
    this.#due();
  }

  /** Draw now instead of with the next frame. */
  render(now = performance.now()) {
    if (this.#isOver) return;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    this.#frame = 0;
    const isMoving = this.#viewpoint.advance(now);
    if (this.#isStale) this.#arrange();
    this.#draw(false);
    if (isMoving) this.#due();
    else if (!this.#isSmooth) this.#rest = setTimeout(() => this.#draw(true), REST_MS);
  }

  stats() {
    const { memory, render, programs } = this.#renderer.info;
    return {
      triangles: render.triangles,
      calls: render.calls,
      geometries: memory.geometries,
      textures: memory.textures,
      programs: programs?.length ?? 0,
    };
  }

  dispose() {
    if (this.#isOver) return;
    this.#isOver = true;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#rest);
    this.#listening.abort();
    this.#size.disconnect();
    this.#viewpoint.dispose();
    this.#light.dispose();
    this.#bodies.dispose();
    for (const fibres of this.#fibres.values()) for (const line of fibres) line.dispose();
    this.#fibres.clear();
    this.#scene.clear();
    this.#renderer.dispose();
    release(this.#renderer.getContext());
    this.#canvas.remove();
    for (const name of ["tabindex", "role", "aria-label", "aria-description"]) this.#container.removeAttribute(name);
  }

  #handle() {
    const names = [
      "setPose", "setMuscles", "setColouring", "setShow", "setView", "focus", "look", "render", "stats", "dispose",
    ];
    return Object.fromEntries(names.map((name) => [name, (...values) => this[name](...values)]));
  }

  #label({ view, keys }) {
    const { tabIndex } = this.#container;
    if (tabIndex < 0) this.#container.tabIndex = 0;
    this.#container.setAttribute("role", "img");
    this.#container.setAttribute("aria-label", view);
    this.#container.setAttribute("aria-description", keys);
    this.#canvas.addEventListener("pointerdown", () => this.#container.focus({ preventScroll: true, focusVisible: false }), {
      signal: this.#listening.signal,
    });
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#container;
    if (!width || !height) return;
    this.#renderer.setPixelRatio(this.#ratio(this.#isFine));
    this.#renderer.setSize(width, height, false);
    this.#viewpoint.resize(width, height);
    this.render(); // at once: a new size empties the canvas
  }

  #ratio(isFine) {
    return isFine ? SHARPEST : Math.min(devicePixelRatio, SHARPEST);
  }

  #draw(isFine) {
    if (isFine !== this.#isFine) {
      this.#isFine = isFine;
      this.#renderer.setPixelRatio(this.#ratio(isFine));
    }
    this.#light.follow(this.#viewpoint.camera);
    this.#renderer.render(this.#scene, this.#viewpoint.camera);
  }

  #change() {
    this.#isStale = true;
    this.#due();
  }

  #due() {
    if (!this.#isOver) this.#frame ||= requestAnimationFrame((now) => this.render(now));
  }

  #arrange() {
    this.#isStale = false;
    const bodies = this.#solver.bodies(this.#pose);
    this.#bodies.place(bodies);
    const patchesOf = (slug) => [slug, ...(COMMON[slug] ?? [])];
    const shown = new Set(this.#muscles.flatMap(({ slug }) => patchesOf(slug)));
    const lit = new Set(patchesOf(this.#focus));
    const isFaded = (slug) => this.#focus !== null && !lit.has(slug);
    this.#bodies.show(
      (structure, kind) => shown.has(structure) && this.#show.has(`${kind}s`),
      // Where colours tell of stretch, those of the patches would only confuse.
      (structure) => this.#byStretch || isFaded(structure),
    );
    for (const fibres of this.#fibres.values()) for (const { mesh } of fibres) mesh.visible = false;
    if (!this.#show.has("lines")) return;
    for (const muscle of this.#muscles) {
      const lines = this.#fibresOf(muscle);
      for (const fibres of lines) {
        fibres.mesh.visible = true;
        fibres.lay(this.#pose, bodies);
        fibres.recolour(muscle.colour);
        fibres.fade(isFaded(muscle.slug));
      }
      // A muscle has one colour, that of its mean length, as in the drawing and in words.
      const [length, standing] = ["length", "standing"].map((name) => lines.reduce((sum, fibres) => sum + fibres[name], 0));
      for (const fibres of lines) fibres.paint(this.#byStretch ? length / standing - 1 : null);
    }
  }

  #fibresOf({ slug, lines, colour }) {
    const key = [slug, ...lines].join(" ");
    if (!this.#fibres.has(key)) {
      const strands = (line) => (this.#strands[slug] ?? []).filter((strand) => strand.line === line);
      const made = lines.map((line) => new Fibres({ slug, line, strands: strands(line), solver: this.#solver, colour }));
      for (const { mesh } of made) this.#scene.add(mesh);
      this.#fibres.set(key, made);
    }
    return this.#fibres.get(key);
  }

  #targets() {
    const fibres = [...this.#fibres.values()].flat().map(({ mesh }) => mesh);
    return [...this.#bodies.bones, ...this.#bodies.patches, ...fibres].filter((mesh) => mesh.visible);
  }
}
