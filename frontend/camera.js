// Where the hip is looked at from: by mouse, touch and keyboard, or from one of three sides.
import { MathUtils, PerspectiveCamera, Spherical, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

const FIELD = 26; // degrees, from top to bottom
const MIDDLE = new Vector3(-0.02, -0.125, 0.035); // between the first lumbar vertebra and the knee
const HALF_HEIGHT = 0.415;
const NEAREST = 0.35;
const FARTHEST = 4;
const REACH = 0.5; // how far from MIDDLE one may look
const TURN = MathUtils.degToRad(10); // by one press of an arrow key
const ZOOM = 0.85; // by one press of plus
const TURN_MS = 500;
const SAME = MathUtils.degToRad(2);
// Azimuths are those of three.js: round y, 0 towards z. The subject looks along x, and its right side is towards z.
// From the side there is room for the knee to come up.
const VIEWS = {
  front: { azimuth: Math.PI / 2, centre: MIDDLE, halfWidth: 0.27 },
  side: { azimuth: 0, centre: new Vector3(0.1, -0.125, 0.035), halfWidth: 0.38 },
  back: { azimuth: -Math.PI / 2, centre: MIDDLE, halfWidth: 0.27 },
};
const KEYS = {
  ArrowLeft: [TURN, 0, 1],
  ArrowRight: [-TURN, 0, 1],
  ArrowUp: [0, TURN, 1],
  ArrowDown: [0, -TURN, 1],
  "+": [0, 0, ZOOM],
  "=": [0, 0, ZOOM],
  "-": [0, 0, 1 / ZOOM],
  _: [0, 0, 1 / ZOOM],
};

const ease = (x) => (x < 0.5 ? 2 * x * x : 1 - 2 * (1 - x) ** 2);
const between = (from, to) => MathUtils.euclideanModulo(to - from + Math.PI, 2 * Math.PI) - Math.PI;

export class Viewpoint {
  #controls;
  #container;
  #home = "front";
  #turn = null;
  #reducedMotion;
  #moved;
  #seen; // the view that was told last; none before the first picture
  #seenFrom;
  #listening = new AbortController();

  /** `moved` is called when a new picture is due, `seenFrom` with the name of the view, or null between them. */
  constructor({ container, canvas, reducedMotion, moved, seenFrom }) {
    this.camera = new PerspectiveCamera(FIELD, 1, 0.1, 10);
    this.#container = container;
    this.#reducedMotion = reducedMotion;
    this.#moved = moved;
    this.#seenFrom = seenFrom;
    const controls = new OrbitControls(this.camera, canvas);
    Object.assign(controls, {
      enableDamping: !reducedMotion,
      dampingFactor: 0.12,
      rotateSpeed: 0.9,
      minDistance: NEAREST,
      maxDistance: FARTHEST,
      minPolarAngle: 0.12,
      maxPolarAngle: Math.PI - 0.12,
      maxTargetRadius: REACH,
    });
    controls.cursor.copy(MIDDLE);
    controls.addEventListener("change", moved);
    controls.addEventListener("start", () => (this.#turn = null));
    this.#controls = controls;
    const { signal } = this.#listening;
    container.addEventListener("keydown", (event) => this.#press(event), { signal });
    container.addEventListener("wheel", (event) => this.#wheel(event), { signal, capture: true });
  }

  /** Fit the picture's shape; the part that is seen from home stays in it. */
  resize(width, height) {
    const { camera } = this;
    const before = this.#homeDistance();
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    const { target } = this.#controls;
    camera.position.sub(target).multiplyScalar(this.#homeDistance() / before).add(target);
    this.#controls.update();
  }

  /** Turn to a named view, by a short motion unless `atOnce` or motion is reduced. */
  setView(name, atOnce = false) {
    if (!(name in VIEWS)) throw new RangeError(`No view is called ${name}.`);
    this.#home = name;
    this.#controls.cursor.copy(MIDDLE);
    const { azimuth, centre } = VIEWS[name];
    const place = new Spherical(this.#homeDistance(), Math.PI / 2, azimuth);
    if (atOnce || this.#reducedMotion) this.#put(place, centre);
    else this.#turnTo(place, centre);
  }

  /** Look from a point at a point (pelvis frame, metres), at once. */
  look(from, at) {
    this.#turn = null;
    this.#controls.cursor.set(...at);
    this.#controls.target.set(...at);
    this.camera.position.set(...from);
    this.#controls.update();
  }

  /** Move on to the time `now` (milliseconds); true while more motion is to come. */
  advance(now) {
    const turn = this.#turn;
    if (turn) {
      turn.began ??= now;
      const share = Math.min(1, (now - turn.began) / TURN_MS);
      const t = ease(share);
      const place = new Spherical(
        MathUtils.lerp(turn.from.radius, turn.to.radius, t),
        MathUtils.lerp(turn.from.phi, turn.to.phi, t),
        turn.from.theta + turn.angle * t,
      );
      if (share === 1) this.#turn = null;
      this.#put(place, new Vector3().lerpVectors(turn.origin, turn.target, t));
    } else {
      this.#controls.update();
    }
    this.#tell();
    return this.#turn !== null;
  }

  dispose() {
    this.#listening.abort();
    this.#controls.dispose();
  }

  #homeDistance() {
    return Math.max(HALF_HEIGHT, VIEWS[this.#home].halfWidth / this.camera.aspect) / Math.tan(MathUtils.degToRad(FIELD / 2));
  }

  #place() {
    return new Spherical().setFromVector3(this.camera.position.clone().sub(this.#controls.target));
  }

  #put(place, target) {
    this.#controls.target.copy(target);
    this.camera.position.setFromSpherical(place).add(target);
    this.#controls.update();
    this.#moved();
  }

  #turnTo(to, target) {
    const from = this.#place();
    this.#turn = { from, to, angle: between(from.theta, to.theta), origin: this.#controls.target.clone(), target };
    this.#moved();
  }

  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Home") {
      this.setView(this.#home);
    } else if (event.key in KEYS) {
      const [theta, phi, zoom] = KEYS[event.key];
      const place = this.#place();
      this.#turn = null;
      place.theta += theta;
      place.phi = MathUtils.clamp(place.phi + phi, this.#controls.minPolarAngle, this.#controls.maxPolarAngle);
      place.radius = MathUtils.clamp(place.radius * zoom, NEAREST, FARTHEST);
      this.#put(place, this.#controls.target.clone());
    } else {
      return;
    }
    event.preventDefault();
  }

  // Who scrolls past the picture is not to zoom it: it zooms once it has been clicked, or by pinching.
  #wheel(event) {
    if (!event.ctrlKey && !this.#container.matches(":focus-within")) event.stopPropagation();
  }

  #tell() {
    const { theta, phi } = this.#place();
    const isLevel = Math.abs(phi - Math.PI / 2) < SAME;
    const seen = Object.keys(VIEWS).find((name) => isLevel && Math.abs(between(theta, VIEWS[name].azimuth)) < SAME) ?? null;
    const before = this.#seen;
    this.#seen = seen;
    if (before !== undefined && seen !== before) this.#seenFrom(seen);
  }
}
