// The hip on the stage: bones, patches and fibres of the atlas, drawn one frame at a time for the camera of a film.
import { BufferAttribute, Color, MathUtils, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "three";
import { Bodies } from "../../frontend/bodies.js";
import { Fibres } from "../../frontend/fibres.js";
import { Light } from "../../frontend/light.js";
import { toPelvis } from "../../frontend/path.js";
import { createSolver } from "../../static/js/atlas/solver.js";
import { clamp } from "./timing.js";

export const WIDTH = 1280;
export const HEIGHT = 720;
const FINE = 2; // each pixel is drawn as four, or the edges of bones look torn
const FIELD = 20; // degrees from top to bottom: a long lens, so that a thigh that comes nearer hardly grows
const ANATOMY = "../../static/anatomy/";
const SHORT = new Color("#b8321f");
const NEUTRAL = new Color("#cdbf9f");
const LONG = new Color("#1f5fb0");
const FULL_STRETCH = 0.1; // change of length, as a fraction, that has the full colour
// The patches of two muscles at one end.
const COMMON = { "psoas-major": "iliopsoas", iliacus: "iliopsoas" };

const read = async (name) => (await fetch(new URL(ANATOMY + name, import.meta.url))).json();

/** The colour of a muscle whose length differs from standing by the fraction `relative`. */
export function stretchColour(relative) {
  const share = clamp(Math.abs(relative) / FULL_STRETCH) ** 0.75;
  return NEUTRAL.clone().lerp(relative < 0 ? SHORT : LONG, share);
}

export class Stage {
  static async open(canvas) {
    const [model, strands, bodies] = await Promise.all([
      read("model.json"),
      read("strands.json"),
      Bodies.load(new URL(`${ANATOMY}hip.glb`, import.meta.url).href),
    ]);
    return new Stage(canvas, createSolver(model), strands, bodies);
  }

  constructor(canvas, solver, strands, bodies) {
    this.solver = solver;
    this.strands = strands;
    this.bodies = bodies;
    this.camera = new PerspectiveCamera(FIELD, WIDTH / HEIGHT, 0.1, 20);
    this.scene = new Scene();
    this.light = new Light(canvas, () => {});
    this.scene.add(bodies.root, ...this.light.objects);
    this.renderer = new WebGLRenderer({ canvas, alpha: true, antialias: true, preserveDrawingBuffer: true });
    this.renderer.setPixelRatio(FINE);
    this.renderer.setSize(WIDTH, HEIGHT, false);
    this.renderer.setClearColor(0, 0);
    this.fibres = new Map();
    this.bones = new Map();
    for (const bone of bodies.bones) {
      const { bone: name } = { ...bone.parent.userData, ...bone.userData };
      bone.material = bone.material.clone();
      this.bones.set(name, [...(this.bones.get(name) ?? []), bone]);
    }
    this.patches = bodies.patches.map((mesh) => {
      const { onBeforeCompile, customProgramCacheKey } = mesh.material;
      mesh.material = Object.assign(mesh.material.clone(), { onBeforeCompile, customProgramCacheKey, transparent: true });
      return mesh;
    });
    this.begin();
  }

  /** A new frame: standing, nothing shown but bones. */
  begin() {
    this.pose = { flexion: 0, adduction: 0, rotation: 0, knee: 0 };
    for (const meshes of this.bones.values()) for (const mesh of meshes) show(mesh, 1);
    for (const mesh of this.patches) show(mesh, 0);
    for (const lines of this.fibres.values()) for (const { mesh } of lines) mesh.visible = false;
  }

  /**
   * Look at `at` (metres, pelvis frame), seen `height` metres high, from an azimuth (degrees: 0 from the right side,
   * 90 from the front, -90 from behind) and an elevation; `at` is drawn at `place` of the picture (pixels).
   */
  look({ azimuth, elevation = 4, at, height, place = [WIDTH / 2, HEIGHT / 2] }) {
    const distance = height / 2 / Math.tan(MathUtils.degToRad(FIELD / 2));
    const [turn, rise] = [MathUtils.degToRad(azimuth), MathUtils.degToRad(elevation)];
    const direction = new Vector3(Math.sin(turn) * Math.cos(rise), Math.sin(rise), Math.cos(turn) * Math.cos(rise));
    this.camera.position.set(...at).addScaledVector(direction, distance);
    this.camera.lookAt(...at);
    this.camera.setViewOffset(WIDTH, HEIGHT, WIDTH / 2 - place[0], HEIGHT / 2 - place[1], WIDTH, HEIGHT);
    this.camera.updateMatrixWorld();
  }

  /** How much of a bone is there, by its name in hip.glb. */
  bone(name, shown) {
    for (const mesh of this.bones.get(name) ?? []) show(mesh, shown);
  }

  /** How much of a muscle's patches of one kind is there; `glow` lights them up; `colour` is other than the atlas's. */
  patch(slug, kind, { shown = 1, glow = 0, colour = null }) {
    for (const mesh of this.patches) {
      const { structure, kind: own } = mesh.userData;
      if (own !== kind || (structure !== slug && !(kind === "insertion" && structure === COMMON[slug]))) continue;
      show(mesh, Math.max(shown, mesh.visible ? mesh.material.opacity : 0), true);
      const { material } = mesh;
      const wasPlain = !material.vertexColors;
      material.vertexColors = colour === null;
      if (wasPlain !== !material.vertexColors) material.needsUpdate = true;
      material.color.set(colour ?? "#ffffff");
      material.emissive.set("#ffe9c4").multiplyScalar(0.55 * glow);
    }
  }

  /**
   * Show a muscle's fibres in the pose of this frame: `grown` of them from the origin on, in `colour`, or in that of
   * its stretch as far as `stretch` says.
   */
  muscle(slug, { shown = 1, grown = 1, colour, stretch = 0 }) {
    const frames = this.solver.bodies(this.pose);
    for (const fibres of this.#fibresOf(slug)) {
      const { mesh } = fibres;
      if (shown <= 0.01 || grown <= 0) continue;
      fibres.lay(this.pose, frames);
      const { length } = this.solver.solve(fibres.line, this.pose);
      mesh.material.color.set(colour).lerp(stretchColour(length / fibres.standing - 1), stretch);
      mesh.material.userData.grown.value = grown >= 1 ? 2 : grown;
      show(mesh, shown);
    }
  }

  #fibresOf(slug) {
    if (!this.fibres.has(slug)) {
      const { solver } = this;
      const made = solver.muscles[slug].lines.map((line) => {
        const strands = (this.strands[slug] ?? []).filter((strand) => strand.line === line);
        const fibres = new Fibres({ slug, line, strands, solver, colour: "#ffffff" });
        growable(fibres.mesh, strands.length || 1);
        this.scene.add(fibres.mesh);
        return Object.assign(fibres, { line, standing: solver.solve(line, {}).length });
      });
      this.fibres.set(slug, made);
    }
    return this.fibres.get(slug);
  }

  /** Where a point of the pelvis frame, or of a body, lies in the picture. */
  at(point, body = null) {
    const place = body ? toPelvis(this.solver.bodies(this.pose)[body], point) : point;
    const { x, y } = new Vector3(...place).project(this.camera);
    return [((x + 1) / 2) * WIDTH, ((1 - y) / 2) * HEIGHT];
  }

  /** A line of pull in the picture, from origin to insertion. */
  line(name) {
    return this.solver.solve(name, this.pose).points.map((point) => this.at(point));
  }

  draw() {
    this.bodies.place(this.solver.bodies(this.pose));
    this.light.follow(this.camera);
    this.renderer.render(this.scene, this.camera);
  }
}

function show(mesh, share, isPatch = false) {
  const { material } = mesh;
  const isWhole = share > 0.99;
  mesh.visible = share > 0.01;
  material.opacity = isWhole ? 1 : share;
  if (!isPatch && material.transparent === isWhole) {
    material.transparent = !isWhole;
    material.needsUpdate = true;
  }
  if (!isPatch) material.depthWrite = isWhole;
}

// Lets a mesh of `count` fibres be seen up to a share of their length, brightest where they just grow.
function growable(mesh, count) {
  const corners = mesh.geometry.attributes.position.count;
  const each = corners / count;
  const share = Float32Array.from({ length: corners }, (_, i) => (i % each) / (each - 1));
  mesh.geometry.setAttribute("share", new BufferAttribute(share, 1));
  const grown = { value: 2 };
  mesh.material.userData.grown = grown;
  mesh.material.onBeforeCompile = (shader) => {
    shader.uniforms.grown = grown;
    shader.vertexShader = shader.vertexShader
      .replace("void main() {", "attribute float share;\nvarying float vShare;\nvoid main() {\nvShare = share;");
    shader.fragmentShader = shader.fragmentShader
      .replace("void main() {", "uniform float grown;\nvarying float vShare;\nvoid main() {\nif (vShare > grown) discard;")
      .replace(
        "#include <opaque_fragment>",
        "outgoingLight += vec3(0.5, 0.45, 0.35) * smoothstep(grown - 0.1, grown, vShare);\n#include <opaque_fragment>",
      );
  };
}
