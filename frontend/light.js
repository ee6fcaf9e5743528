// Light that comes from over the viewer's shoulder, whichever way the hip is turned, for light and dark pages.
import { Color, DirectionalLight, Group, HemisphereLight } from "three";

const ON_LIGHT = { sky: "#ffffff", ground: "#94897b", around: 1.7, key: 2.0, rim: 0.9 };
const ON_DARK = { sky: "#f1eee8", ground: "#5f574d", around: 1.2, key: 1.6, rim: 1.5 };

export class Light {
  #around = new HemisphereLight();
  #key = new DirectionalLight("#fff9f0");
  #rim = new DirectionalLight("#dde8ff");
  #rig = new Group();
  #watch;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #listening = new AbortController();

  /** Follows the colours of the page round `container`; `changed` is called when they have turned. */
  constructor(container, changed) {
    this.#key.position.set(-0.75, 1, 0.9);
    this.#rim.position.set(0.9, 0.35, -0.9);
    this.#rig.add(this.#key, this.#key.target, this.#rim, this.#rim.target);
    this.objects = [this.#around, this.#rig];
    const adapt = () => {
      this.#adapt(container);
      changed();
    };
    this.#watch = new MutationObserver(adapt);
    this.#watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
    this.#scheme.addEventListener("change", adapt, { signal: this.#listening.signal });
    this.#adapt(container);
  }

  follow(camera) {
    this.#rig.quaternion.copy(camera.quaternion);
  }

  dispose() {
    this.#listening.abort();
    this.#watch.disconnect();
    for (const light of [this.#around, this.#key, this.#rim]) light.dispose();
  }

  // A page whose ink is light is a dark page.
  #adapt(container) {
    const [red, green, blue] = (getComputedStyle(container).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    const mood = 0.3 * red + 0.59 * green + 0.11 * blue > 127 ? ON_DARK : ON_LIGHT;
    this.#around.color = new Color(mood.sky);
    this.#around.groundColor = new Color(mood.ground);
    this.#around.intensity = mood.around;
    this.#key.intensity = mood.key;
    this.#rim.intensity = mood.rim;
  }
}
