// The bones and the patches on them, out of hip.glb.
import { DoubleSide, MeshLambertMaterial } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

const BODIES = ["pelvis", "femur", "tibia", "patella"];
const PALE = 0.3; // opacity of a patch that is not what matters now

export class Bodies {
  #bodies = {};
  #materials = {
    bone: new MeshLambertMaterial({ vertexColors: true }),
    patch: patchMaterial(),
    faded: patchMaterial({ transparent: true, depthWrite: false, opacity: PALE }),
  };

  /** Fetch the bones. Rejects if the address does not answer with a glTF file. `onProgress(loaded, total)` in bytes. */
  static async load(url, onProgress) {
    return new Bodies((await new GLTFLoader().loadAsync(url, ({ loaded, total }) => onProgress?.(loaded, total))).scene);
  }

  constructor(root) {
    this.root = root;
    this.patches = [];
    this.bones = [];
    const brought = new Set();
    root.traverse((node) => {
      const body = BODIES.find((name) => node.name === `body_${name}`);
      if (body) this.#bodies[body] = node;
      if (!node.isMesh) return;
      brought.add(node.material);
      const { structure, kind } = { ...node.parent.userData, ...node.userData };
      const isPatch = kind === "origin" || kind === "insertion";
      node.material = isPatch ? this.#materials.patch : this.#materials.bone;
      if (isPatch) node.userData = { structure, kind };
      (isPatch ? this.patches : this.bones).push(node);
    });
    for (const material of brought) material.dispose();
    for (const body of Object.values(this.#bodies)) {
      root.add(body); // the solver places every body in the pelvis frame, and none in another body's
      body.matrixAutoUpdate = false;
    }
  }

  /** `bodies` as solver.bodies(pose) gives them. */
  place(bodies) {
    for (const [name, node] of Object.entries(this.#bodies)) {
      const { R, p } = bodies[name];
      node.matrix.set(...R[0], p[0], ...R[1], p[1], ...R[2], p[2], 0, 0, 0, 1);
      node.matrixWorldNeedsUpdate = true;
    }
  }

  /** Show the patches for which `isShown(structure, kind)`, those faded for which `isFaded(structure)`. */
  show(isShown, isFaded) {
    for (const patch of this.patches) {
      const { structure, kind } = patch.userData;
      patch.visible = isShown(structure, kind);
      patch.material = isFaded(structure) ? this.#materials.faded : this.#materials.patch;
    }
  }

  dispose() {
    for (const mesh of [...this.bones, ...this.patches]) mesh.geometry.dispose();
    for (const material of Object.values(this.#materials)) material.dispose();
  }
}

// Patches lie on the bone, give or take a millimetre. Drawn two nearer to the eye than they are, at the same place of
// the picture, they never flicker and bone does not poke through.
function patchMaterial(more) {
  const material = new MeshLambertMaterial({ vertexColors: true, side: DoubleSide, forceSinglePass: true, ...more });
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader.replace(
      "#include <project_vertex>",
      "#include <project_vertex>\ngl_Position = projectionMatrix * vec4(mvPosition.xyz * (1.0 - 0.002 / length(mvPosition.xyz)), 1.0);",
    );
  };
  material.customProgramCacheKey = () => "patch";
  return material;
}
