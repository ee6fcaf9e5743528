// What lies under a click or a tap. Fibres are thin and fingers are thick, so a miss looks around itself.
import { Raycaster, Vector2 } from "three";

const STILL = 6; // pixels a press may move and still be a click
const AROUND = { mouse: [0, 4], touch: [0, 8, 14], pen: [0, 6] }; // radii of the rings to try, in pixels
const SPOKES = 8;

/**
 * Call `pick(structure, kind)` for each click or tap on a patch or a fibre. `targets()` gives the meshes that can be
 * hit, bones among them because they hide what lies behind. Stops when `signal` is aborted.
 */
export function listenForPicks({ canvas, camera, targets, pick, signal }) {
  const ray = new Raycaster();
  const pointer = new Vector2();
  let pressed = null;
  let hovering = 0;

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const meshes = targets();
    for (const radius of AROUND[event.pointerType] ?? AROUND.mouse) {
      for (let spoke = 0; spoke < (radius ? SPOKES : 1); spoke += 1) {
        const angle = (2 * Math.PI * spoke) / SPOKES;
        const x = event.clientX + radius * Math.cos(angle) - box.left;
        const y = event.clientY + radius * Math.sin(angle) - box.top;
        ray.setFromCamera(pointer.set((2 * x) / box.width - 1, 1 - (2 * y) / box.height), camera);
        const found = ray.intersectObjects(meshes, false)[0]?.object.userData;
        if (found?.structure) return found;
      }
    }
    return null;
  }

  canvas.addEventListener("pointerdown", (event) => {
    pressed = event.isPrimary && event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
  }, { signal });
  canvas.addEventListener("pointerup", (event) => {
    const wasPressed = pressed;
    pressed = null;
    if (!wasPressed || Math.hypot(event.clientX - wasPressed.x, event.clientY - wasPressed.y) > STILL) return;
    const found = under(event);
    if (found) pick(found.structure, found.kind);
  }, { signal });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons || hovering) return;
    hovering = requestAnimationFrame(() => {
      hovering = 0;
      if (!signal.aborted) canvas.style.cursor = under(event) ? "pointer" : "grab";
    });
  }, { signal });
}
