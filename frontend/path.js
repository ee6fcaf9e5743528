// The way a fibre takes: along its line's path of pull, from its own place on one patch to its own place on the
// other. Plain numbers, no three.js. Lengths in metres, points in the pelvis frame.

const SAMPLES = 49; // of a path
const ROPE = 0.012; // how far beyond its spread at the far end a fibre may run beside a path that bends
const JOINING = 3; // lengths of its spread within which the fibres of a long muscle meet
const SHARP = 0.05; // radius of a bend that keeps fibres wholly out of its inside
const HEAD = 0.0265; // radius of the ball of the hip with its capsule, which no fibre crosses

const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const ease = (x) => x * x * (3 - 2 * x);
const away = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const between = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const long = (a) => Math.hypot(a[0], a[1], a[2]);

/** A point of a body, in the pelvis frame. */
export function toPelvis({ R, p }, [x, y, z]) {
  return [0, 1, 2].map((i) => R[i][0] * x + R[i][1] * y + R[i][2] * z + p[i]);
}

/** The path of a line of pull in one pose; follow() moves it to another. */
export class Path {
  #at = new Float64Array(SAMPLES * 3);
  #tangent = new Float64Array(SAMPLES * 3);
  #bend = new Float64Array(SAMPLES * 3); // points to the inside, as 1 / radius
  #length = 0;
  #inner = []; // where the path is held between its ends, as fractions of its length
  #offset = [0, 0, 0];
  #point = [0, 0, 0];
  #turn = [0, 0, 0];

  /** Take the points that the solver gave. */
  follow(points) {
    const at = this.#at;
    const steps = points.slice(1).map((point, i) => away(point, points[i]));
    const total = steps.reduce((sum, step) => sum + step, 0);
    this.#length = total;
    let walked = 0;
    this.#inner = steps.slice(0, -1).map((step) => (walked += step) / total);
    let leg = 0;
    let begun = 0;
    for (let j = 0; j < SAMPLES; j += 1) {
      const distance = (total * j) / (SAMPLES - 1);
      while (leg < steps.length - 1 && distance > begun + steps[leg]) begun += steps[leg++];
      const share = steps[leg] ? (distance - begun) / steps[leg] : 0;
      for (let k = 0; k < 3; k += 1) at[3 * j + k] = points[leg][k] + (points[leg + 1][k] - points[leg][k]) * share;
    }
    for (let pass = 0; pass < 3; pass += 1) relax(at, SAMPLES);
    const spacing = total / (SAMPLES - 1);
    for (let j = 0; j < SAMPLES; j += 1) {
      const before = 3 * Math.max(0, j - 1);
      const after = 3 * Math.min(SAMPLES - 1, j + 1);
      const norm = Math.hypot(at[after] - at[before], at[after + 1] - at[before + 1], at[after + 2] - at[before + 2]) || 1;
      for (let k = 0; k < 3; k += 1) this.#tangent[3 * j + k] = (at[after + k] - at[before + k]) / norm;
    }
    for (let j = 1; j < SAMPLES - 1; j += 1) {
      for (let k = 0; k < 3; k += 1) {
        this.#bend[3 * j + k] = (this.#tangent[3 * j + 3 + k] - this.#tangent[3 * j - 3 + k]) / (2 * spacing);
      }
    }
  }

  /**
   * Settle in standing how a fibre of so many stations runs beside the path, so that it runs alike in every pose.
   * `strand` is {from, to} as in strands.json, or {} for a fibre from end to end of the path itself.
   */
  fit(strand, bodies, stations) {
    const total = this.#length;
    const [first, last] = [this.#end(0), this.#end(SAMPLES - 1)];
    const from = strand.from ? toPelvis(bodies[strand.from[0]], strand.from[1]) : first.at;
    const to = strand.to ? toPelvis(bodies[strand.to[0]], strand.to[1]) : last.at;
    // A fibre that begins further along than the path does joins it there, or runs ahead of its beginning.
    const skip = Math.min(0.4 * total, dot(between(from, first.at), first.tangent));
    const leave = Math.min(0.4 * total, -dot(between(to, last.at), last.tangent));
    const own = total - skip - leave;
    const spread = [
      long(between(from, this.#pointAt(skip).slice())),
      long(between(to, this.#pointAt(total - leave).slice())),
    ];
    const inner = this.#inner.map((fraction) => (fraction * total - skip) / own).filter((t) => t > 0.04 && t < 0.96);
    return {
      ...strand,
      skip,
      leave,
      near: fading(stations, spread[0], spread[1], Math.min(inner[0] ?? 1, (JOINING * spread[0]) / own)),
      far: fading(stations, spread[1], spread[0], Math.min(1 - (inner.at(-1) ?? 0), (JOINING * spread[1]) / own)).reverse(),
    };
  }

  /** Write the stations of a fibre that fit() settled into `out`. `ball` is the centre of the hip. */
  lay(fibre, bodies, ball, out) {
    const { skip, leave, near, far } = fibre;
    const stations = near.length;
    const own = this.#length - skip - leave;
    const start = fibre.from ? between(toPelvis(bodies[fibre.from[0]], fibre.from[1]), this.#pointAt(skip)) : null;
    const end = fibre.to ? between(toPelvis(bodies[fibre.to[0]], fibre.to[1]), this.#pointAt(skip + own)) : null;
    const offset = this.#offset;
    for (let i = 0; i < stations; i += 1) {
      const t = i / (stations - 1);
      const free = ease(Math.min(1, 6 * Math.min(t, 1 - t))); // at its ends a fibre stays where it is attached
      for (let k = 0; k < 3; k += 1) offset[k] = (start ? start[k] * near[i] : 0) + (end ? end[k] * far[i] : 0);
      const point = this.#pointAt(skip + own * t);
      this.#keepOutside(skip + own * t, offset, free);
      for (let k = 0; k < 3; k += 1) point[k] += offset[k];
      pushOut(point, ball, free);
      for (let k = 0; k < 3; k += 1) out[3 * i + k] = point[k];
    }
    for (let pass = 0; pass < 2; pass += 1) relax(out, stations);
  }

  #end(j) {
    const slice = (array) => [...array.subarray(3 * j, 3 * j + 3)];
    return { at: slice(this.#at), tangent: slice(this.#tangent) };
  }

  // The point at a distance from the beginning; before it and past the end the path runs straight on.
  #pointAt(distance) {
    const [j, share, beyond] = this.#place(distance);
    const end = distance < 0 ? 0 : SAMPLES - 1;
    for (let k = 0; k < 3; k += 1) {
      const a = this.#at[3 * j + k];
      this.#point[k] = a + (this.#at[3 * j + 3 + k] - a) * share + this.#tangent[3 * end + k] * beyond;
    }
    return this.#point;
  }

  #place(distance) {
    const inside = clamp(distance, 0, this.#length);
    const place = (inside / this.#length) * (SAMPLES - 1);
    const j = Math.min(SAMPLES - 2, Math.floor(place));
    return [j, place - j, distance - inside];
  }

  // Takes from an offset what would lead it through the inside of a bend, where bone is.
  #keepOutside(distance, offset, free) {
    const [j, share, beyond] = this.#place(distance);
    if (beyond) return;
    const turn = this.#turn;
    for (let k = 0; k < 3; k += 1) turn[k] = this.#bend[3 * j + k] * (1 - share) + this.#bend[3 * j + 3 + k] * share;
    const sharpness = long(turn);
    if (sharpness < 1e-6) return;
    const inward = dot(offset, turn) / sharpness;
    if (inward <= 0) return;
    const taken = (inward * Math.min(1, sharpness * SHARP) * free) / sharpness;
    for (let k = 0; k < 3; k += 1) offset[k] -= turn[k] * taken;
  }
}

// How much of its spread at one end a fibre keeps on its way to the other: drawn together to a rope at `joined` (a share
// of its way), where the path is first held or where a long muscle's fibres have met; evenly less if they never do.
function fading(stations, spread, farSpread, joined) {
  const kept = joined < 1 ? Math.min(1 - joined, (ROPE + farSpread) / Math.max(spread, 1e-6)) : 0;
  return Array.from({ length: stations }, (_, i) => {
    const t = i / (stations - 1);
    return t < joined ? 1 - (1 - kept) * (t / joined) : kept * ((1 - t) / Math.max(1 - joined, 1e-6));
  });
}

function pushOut(point, ball, free) {
  const [x, y, z] = [point[0] - ball[0], point[1] - ball[1], point[2] - ball[2]];
  const distance = Math.hypot(x, y, z);
  if (distance >= HEAD || distance < 1e-6) return;
  const push = (free * (HEAD - distance)) / distance;
  point[0] += x * push;
  point[1] += y * push;
  point[2] += z * push;
}

// Rounds the corners of a row of points; its ends stay.
function relax(points, count) {
  let [x, y, z] = points;
  for (let i = 3; i < 3 * (count - 1); i += 3) {
    const [a, b, c] = [points[i], points[i + 1], points[i + 2]];
    points[i] = (x + 2 * a + points[i + 3]) / 4;
    points[i + 1] = (y + 2 * b + points[i + 4]) / 4;
    points[i + 2] = (z + 2 * c + points[i + 5]) / 4;
    [x, y, z] = [a, b, c];
  }
}
