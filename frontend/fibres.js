// Fibres as tapered tubes. Their buffers are made once a line of pull; a new pose only writes new numbers into them.
import { BufferAttribute, BufferGeometry, Color, DynamicDrawUsage, Mesh, MeshLambertMaterial, SRGBColorSpace, Sphere, Vector3 } from "three";
import { Path } from "./path.js";

const SIDES = 5;
const STRAIGHT = 0.05; // metres between the stations of fibres that never bend
const BENT = 0.022;
const LEAST = 6; // stations: fewer would not show a belly
const RADIUS = 0.0025; // metres, of a fibre's belly in standing
const STANDING = { flexion: 0, adduction: 0, rotation: 0, knee: 0 };
// Poses among which every line that ever bends round something does so.
const BENDING = [STANDING, { ...STANDING, flexion: 110, knee: 110 }, { ...STANDING, flexion: -30 }, { ...STANDING, adduction: -35 }];
// The colours of stretch are those of the flat drawing (static/js/atlas/drawing.js).
const SHORTER = [0xc0, 0x39, 0x2b];
const NEUTRAL = [0xa2, 0x94, 0x7b];
const LONGER = [0x1f, 0x5f, 0xb0];
const FULL_STRETCH = 0.25; // change of length, as a fraction, that has the full colour
const PALE = 0.16; // opacity beside a muscle in focus

const around = Array.from({ length: SIDES }, (_, i) => {
  const angle = (2 * Math.PI * i) / SIDES;
  return [Math.cos(angle), Math.sin(angle)];
});

/** Write into `colour` what shows a change of length by the fraction `relative`: shorter red, longer blue. */
export function stretchColour(relative, colour) {
  const weight = Math.min(1, Math.abs(relative) / FULL_STRETCH) ** 0.7;
  const goal = relative < 0 ? SHORTER : LONGER;
  const [red, green, blue] = NEUTRAL.map((from, i) => (from + (goal[i] - from) * weight) / 255);
  return colour.setRGB(red, green, blue, SRGBColorSpace);
}

/** The fibres of one line of pull, as one mesh. */
export class Fibres {
  #path = new Path();
  #colour;
  #solver;
  #line;
  #strands;
  #girth;
  #centres;

  /** `strands`: those of strands.json that follow the line; none means one fibre along the line itself. */
  constructor({ slug, line, strands, solver, colour }) {
    this.#line = line;
    this.#solver = solver;
    this.#colour = new Color(colour);
    const { points, length } = solver.solve(line, STANDING);
    const bodies = solver.bodies(STANDING);
    /** Metres, in standing and where the fibres lie now. */
    this.standing = this.length = length;
    this.#path.follow(points);
    const bends = BENDING.some((pose) => solver.solve(line, pose).points.length > 2);
    const stations = Math.max(LEAST, Math.round(length / (bends ? BENT : STRAIGHT)));
    this.#strands = (strands.length ? strands : [{}]).map((strand) => this.#path.fit(strand, bodies, stations));
    this.#girth = bellies(stations);
    this.#centres = new Float64Array(3 * stations);
    this.mesh = new Mesh(tubes(this.#strands.length, stations), new MeshLambertMaterial({ vertexColors: true }));
    this.mesh.userData = { structure: slug, kind: "line" };
    this.mesh.frustumCulled = false; // its bounds move with every pose
  }

  /** Lay the fibres for a pose; `bodies` is what the solver gives for it. */
  lay(pose, bodies) {
    const { points, length } = this.#solver.solve(this.#line, pose);
    const { position, normal } = this.mesh.geometry.attributes;
    this.length = length;
    this.#path.follow(points);
    // A muscle keeps its volume: the shorter, the thicker.
    const radius = RADIUS * Math.min(1.35, Math.max(0.8, Math.sqrt(this.standing / length)));
    let at = 0;
    for (const strand of this.#strands) {
      this.#path.lay(strand, bodies, bodies.femur.p, this.#centres);
      at = sweep(this.#centres, this.#girth, radius, position.array, normal.array, at);
    }
    position.needsUpdate = normal.needsUpdate = true;
  }

  /** Show a change of length by the fraction `relative`; null shows the muscle's own colour. */
  paint(relative) {
    if (relative === null) this.mesh.material.color.copy(this.#colour);
    else stretchColour(relative, this.mesh.material.color);
  }

  recolour(colour) {
    this.#colour.set(colour);
  }

  fade(isFaded) {
    const { material } = this.mesh;
    if (material.transparent === isFaded) return;
    material.needsUpdate = true; // to see through is another shader
    material.transparent = isFaded;
    material.depthWrite = !isFaded;
    material.opacity = isFaded ? PALE : 1;
  }

  dispose() {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

// Thin where a fibre is tendon, thick in its middle.
function bellies(stations) {
  return Array.from({ length: stations }, (_, i) => 0.45 + 0.75 * Math.sin((Math.PI * i) / (stations - 1)) ** 0.75);
}

// Rings of corners round each station of each fibre, and one ring more at each end, which closes the tube.
function tubes(count, stations) {
  const rings = stations + 2;
  const corners = count * rings * SIDES;
  const geometry = new BufferGeometry();
  const vector = () => new BufferAttribute(new Float32Array(3 * corners), 3).setUsage(DynamicDrawUsage);
  geometry.setAttribute("position", vector());
  geometry.setAttribute("normal", vector());
  geometry.setAttribute("color", new BufferAttribute(shades(count, rings), 3, true));
  const index = [];
  for (let corner = 0; corner < corners; corner += SIDES) {
    const ring = (corner / SIDES) % rings;
    for (let side = 0; side < SIDES && ring < rings - 1; side += 1) {
      const a = corner + side;
      const b = corner + ((side + 1) % SIDES);
      // The outermost rings are points, so a tube's first and last band need one triangle a side.
      if (ring > 0) index.push(a, b, a + SIDES);
      if (ring < rings - 2) index.push(b, b + SIDES, a + SIDES);
    }
  }
  geometry.setIndex(index);
  geometry.boundingSphere = new Sphere(new Vector3(), 3); // wherever a pose takes them
  return geometry;
}

// Neighbouring fibres differ a little, and their ends lie in the shade, so that a bundle reads as fibres.
function shades(count, rings) {
  const shade = new Uint8Array(3 * count * rings * SIDES);
  for (let tube = 0; tube < count; tube += 1) {
    const own = [1, 0.9, 0.96, 0.86, 0.93][tube % 5];
    for (let ring = 0; ring < rings; ring += 1) {
      const depth = Math.min(1, 0.62 + (2.4 * Math.min(ring, rings - 1 - ring)) / rings);
      const at = 3 * SIDES * (tube * rings + ring);
      shade.fill(Math.round(255 * own * depth), at, at + 3 * SIDES);
    }
  }
  return shade;
}

// Writes a tube round the points in `centres`, from index `at` of both arrays; returns the index after it.
function sweep(centres, girth, radius, position, normal, at) {
  const last = girth.length - 1;
  let [nx, ny, nz] = [0, 0, 1];
  for (let i = 0; i <= last; i += 1) {
    const before = 3 * Math.max(0, i - 1);
    const after = 3 * Math.min(last, i + 1);
    let tx = centres[after] - centres[before];
    let ty = centres[after + 1] - centres[before + 1];
    let tz = centres[after + 2] - centres[before + 2];
    const step = Math.hypot(tx, ty, tz) || 1;
    tx /= step;
    ty /= step;
    tz /= step;
    // The frame is carried along the curve without turning round it.
    if (i === 0 && Math.abs(tz) > 0.9) [nx, nz] = [1, 0];
    const along = nx * tx + ny * ty + nz * tz;
    nx -= along * tx;
    ny -= along * ty;
    nz -= along * tz;
    const norm = Math.hypot(nx, ny, nz) || 1;
    nx /= norm;
    ny /= norm;
    nz /= norm;
    const bx = ty * nz - tz * ny;
    const by = tz * nx - tx * nz;
    const bz = tx * ny - ty * nx;
    const x = centres[3 * i];
    const y = centres[3 * i + 1];
    const z = centres[3 * i + 2];
    const wide = radius * girth[i];
    if (i === 0) at = close(position, normal, at, x, y, z, -tx, -ty, -tz);
    for (const [cos, sin] of around) {
      const ox = nx * cos + bx * sin;
      const oy = ny * cos + by * sin;
      const oz = nz * cos + bz * sin;
      normal[at] = ox;
      normal[at + 1] = oy;
      normal[at + 2] = oz;
      position[at] = x + ox * wide;
      position[at + 1] = y + oy * wide;
      position[at + 2] = z + oz * wide;
      at += 3;
    }
    if (i === last) at = close(position, normal, at, x, y, z, tx, ty, tz);
  }
  return at;
}

function close(position, normal, at, x, y, z, nx, ny, nz) {
  for (let side = 0; side < SIDES; side += 1) {
    position[at] = x;
    position[at + 1] = y;
    position[at + 2] = z;
    normal[at] = nx;
    normal[at + 1] = ny;
    normal[at + 2] = nz;
    at += 3;
  }
  return at;
}
