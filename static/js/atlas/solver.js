/**
 * The muscle solver of the hip atlas: where a line of pull runs in a pose, how long it is, and which way it pulls.
 *
 * anatomy/solver.py is its twin, step by step, for what the server draws; a change here is a change there, and a test
 * compares the two. Both read static/anatomy/model.json, which workshop/model.py makes and describes.
 *
 * Frame: the pelvis frame of the model, metres, x forward, y up, z to the right; the right leg is shown. A body has a
 * frame of its own: {R, p}, the rows of a turn and a place, take it to the pelvis frame.
 *
 * Pose: {flexion, adduction, rotation, knee} in degrees. Flexion of the hip, adduction, internal rotation and flexion
 * of the knee are positive; what is left out is 0, and {} is standing. The femur turns about the centre of the hip:
 * about z (flexion), then about its own turned x (adduction), then about its own turned y (rotation). Tibia and patella
 * stand on the femur where the model's knee table puts them. Angles beyond LIMITS give a result that nobody checked.
 *
 * Moment arms: metres, about the three axes of the pose (as in OpenSim): the moment about the hip of a pull of one
 * newton along the line, which is how much the line shortens for each radian that the hip turns. Positive flexes,
 * adducts, turns in. (On a straight line that is exact. Where a line bends round a cylinder, the two can differ by a
 * few millimetres, because OpenSim's bent line, which this one follows, is not quite the shortest.)
 *
 * Against OpenSim 4.6 lengths and arms agree to a hundredth of a millimetre, but for one thing: where the end of a
 * stretch sinks into the cylinder that it bends round, OpenSim lets go of the cylinder at once, and the line jumps by
 * up to 60 mm. Here the cylinder yields: see `wayRound`. That concerns gluteus maximus 1 and 2 (turned out, or far
 * flexed) and, at the edge of extension, iliacus and psoas.
 */

/** The angles that the model covers, in degrees: [least, most]. */
export const LIMITS = Object.freeze({
  flexion: Object.freeze([-30, 120]),
  adduction: Object.freeze([-40, 30]),
  rotation: Object.freeze([-40, 40]),
  knee: Object.freeze([0, 120]),
});

const RADIAN = Math.PI / 180; // of a degree
const ARC_STEP = 6 * RADIAN; // how finely an arc is drawn
// A cylinder that yields keeps this share of the distance, so that a tangent still has a direction.
const YIELD = 1 - 1e-6;

/** The pose with every angle inside LIMITS, and 0 for what is missing or not a number. */
export function clampPose(pose) {
  return Object.fromEntries(
    Object.entries(LIMITS).map(([name, [least, most]]) => {
      const angle = Number(pose[name] ?? 0);
      return [name, Number.isFinite(angle) ? Math.min(most, Math.max(least, angle)) : 0];
    }),
  );
}

// Vectors are [x, y, z]; turns are their nine numbers, row by row.

const plus = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const between = (value, least, most) => Math.min(most, Math.max(least, value));
const modulo = (value, by) => ((value % by) + by) % by;

function times(A, B) {
  const C = [];
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      C.push(A[row] * B[column] + A[row + 1] * B[column + 3] + A[row + 2] * B[column + 6]);
    }
  }
  return C;
}

const turn = (R, [x, y, z]) => [
  R[0] * x + R[1] * y + R[2] * z,
  R[3] * x + R[4] * y + R[5] * z,
  R[6] * x + R[7] * y + R[8] * z,
];

const turnBack = (R, [x, y, z]) => [
  R[0] * x + R[3] * y + R[6] * z,
  R[1] * x + R[4] * y + R[7] * z,
  R[2] * x + R[5] * y + R[8] * z,
];

/** The turn about x (0), y (1) or z (2) by an angle in radians. */
function about(axis, angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [[1, 0, 0, 0, c, -s, 0, s, c], [c, 0, s, 0, 1, 0, -s, 0, c], [c, -s, 0, s, c, 0, 0, 0, 1]][axis];
}

/** A point of a frame, as the outer frame sees it. */
const placed = (frame, point) => plus(turn(frame.R, point), frame.p);
/** A point of the outer frame, as the frame sees it. */
const seen = (frame, point) => turnBack(frame.R, minus(point, frame.p));
/** A frame inside a frame, as the outermost sees it. */
const nested = (outer, inner) => ({ R: times(outer.R, inner.R), p: placed(outer, inner.p) });

/**
 * The way from `a` to `b` round a cylinder (both in its frame, axis z), or null where the line goes straight.
 *
 * Seen along the axis it is a tangent, an arc and a tangent, on the side where the line always runs (`sense`). A
 * cylinder that may be touched all round bends the line only where that would go through it. One with a side (`axis`,
 * `sign`) also holds the line on that side: when both ends have left it, or one end and the point next to the axis.
 *
 * Along the axis the arc begins and ends in the plane through `a`, `b` and the direction half-way between them, as in
 * OpenSim. The shortest way would be up to half a millimetre shorter, and its arms would be up to 3 mm off the table
 * that the solver is checked against.
 *
 * `yields`: an end inside the cylinder makes it thinner, down to where the end lies, so that nothing jumps. Otherwise
 * such a stretch goes straight, as in OpenSim.
 */
function wayRound({ radius: full, axis, sign, sense }, a, b, yields) {
  const da = Math.hypot(a[0], a[1]);
  const db = Math.hypot(b[0], b[1]);
  const radius = Math.min(full, YIELD * da, YIELD * db);
  if (radius < full && !yields) return null;

  const [dx, dy, dz] = minus(b, a);
  const [hx, hy] = [a[0] / da + b[0] / db, a[1] / da + b[1] / db];
  const across = dx * hy - dy * hx;
  if (across === 0) return null; // `a` and `b` on one ray from the axis
  const along = -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy);
  const near = [a[0] + along * dx, a[1] + along * dy];
  const through = along > 0 && along < 1 && Math.hypot(near[0], near[1]) < radius;
  if (!through) {
    if (axis === null) return null;
    const [aHeld, bHeld, nearHeld] = [a, b, near].map((point) => point[axis] * sign > 0);
    if (aHeld ? bHeld || nearHeld : bHeld && nearHeld) return null;
  }

  const start = Math.atan2(a[1], a[0]) + sense * Math.acos(radius / da);
  const end = Math.atan2(b[1], b[0]) - sense * Math.acos(radius / db);
  const sweep = modulo(sense * (end - start), 2 * Math.PI);
  const share = (angle) =>
    between(((radius * Math.cos(angle) - a[0]) * hy - (radius * Math.sin(angle) - a[1]) * hx) / across, 0, 1);
  const from = share(start);
  const to = share(end);
  const climb = (to - from) * dz;
  const arc = Math.hypot(radius * sweep, climb);
  const tangents =
    Math.hypot(Math.sqrt(da * da - radius * radius), from * dz) +
    Math.hypot(Math.sqrt(db * db - radius * radius), (1 - to) * dz);
  const longer = tangents + arc - distance(a, b);
  return { radius, start, turned: sense * sweep, z: a[2] + from * dz, climb, arc, longer, through };
}

/** A point of a way's arc in the cylinder's frame, from 0 where it begins to 1 where it ends. */
function arcPoint({ radius, start, turned, z, climb }, share) {
  const angle = start + turned * share;
  return [radius * Math.cos(angle), radius * Math.sin(angle), z + climb * share];
}

/** Make a solver from what model.json holds. Names it does not know raise a RangeError. */
export function createSolver(model) {
  const { hip } = model;
  const kneeStep = model.knee[1].knee - model.knee[0].knee;
  const kneeTable = Object.fromEntries(
    ["tibia", "patella"].map((body) => [body, model.knee.map((row) => [...row[body].R.flat(), ...row[body].p])]),
  );
  const lines = Object.fromEntries(Object.entries(model.lines).map(([name, line]) => [name, prepared(line)]));
  const names = Object.keys(lines);
  const standing = framesIn({});
  const standingLength = Object.fromEntries(names.map((name) => [name, traced(name, standing).length]));

  function prepared({ points, wraps }) {
    return {
      points,
      cylinders: wraps.map(({ body, quadrant, translation, rotation: [x, y, z], radius, sense, range }) => ({
        body,
        frame: { R: times(times(about(0, x), about(1, y)), about(2, z)), p: translation },
        radius,
        axis: quadrant === "all" ? null : "xy".indexOf(quadrant.at(-1)),
        sign: quadrant.startsWith("-") ? -1 : 1,
        sense,
        first: range ? range[0] : 0,
        last: range ? range[1] : points.length - 1,
      })),
    };
  }

  /** Where tibia or patella stands in the femur's frame: a cubic through the knee table, without corners. */
  function onFemur(body, angle) {
    const rows = kneeTable[body];
    const at = between(angle / kneeStep, 0, rows.length - 1);
    const i = Math.min(Math.floor(at), rows.length - 2);
    const u = at - i;
    const [before, from, to, after] = [rows[i - 1], rows[i], rows[i + 1], rows[i + 2]];
    const numbers = from.map((value, j) => {
      const step = to[j] - value;
      // The slope at a row is that between its neighbours; at the table's ends the curve is a parabola.
      const last = after ? (after[j] - value) / 2 : 2 * step - (to[j] - before[j]) / 2;
      const first = before ? (to[j] - before[j]) / 2 : 2 * step - last;
      return value + u * (first + u * (3 * step - 2 * first - last + u * (first + last - 2 * step)));
    });
    return { R: numbers.slice(0, 9), p: numbers.slice(9) };
  }

  function framesIn({ flexion = 0, adduction = 0, rotation = 0, knee = 0 }) {
    const flexed = times(about(2, flexion * RADIAN), about(0, adduction * RADIAN));
    const femur = { R: times(flexed, about(1, rotation * RADIAN)), p: hip };
    return {
      pelvis: { R: [1, 0, 0, 0, 1, 0, 0, 0, 1], p: [0, 0, 0] },
      femur,
      tibia: nested(femur, onFemur("tibia", knee)),
      patella: nested(femur, onFemur("patella", knee)),
    };
  }

  /**
   * A line's path: `nodes` are its via points and the ends of its arc, each with whether it `moves` with the femur;
   * `bend` says which way it takes, and after which node. Of several stretches that could bend, the first that would go
   * through its cylinder does, else the one that costs least.
   */
  function traced(name, frames) {
    if (!Object.hasOwn(lines, name)) throw new RangeError(`There is no line of pull named ${name}.`);
    const { points, cylinders } = lines[name];
    const nodes = points.map(([body, at]) => ({ at: placed(frames[body], at), moves: body !== "pelvis" }));
    let bend = null;
    for (const cylinder of cylinders) {
      const frame = nested(frames[cylinder.body], cylinder.frame);
      for (let i = cylinder.first; i < cylinder.last && !bend?.way.through; i++) {
        const [a, b] = [nodes[i], nodes[i + 1]];
        const way = wayRound(cylinder, seen(frame, a.at), seen(frame, b.at), a.moves !== b.moves);
        if (way && (way.through || !bend || way.longer < bend.way.longer)) {
          bend = { way, frame, after: i, moves: cylinder.body !== "pelvis" };
        }
      }
    }
    if (bend) {
      const [start, end] = [0, 1].map((share) => placed(bend.frame, arcPoint(bend.way, share)));
      nodes.splice(bend.after + 1, 0, { at: start, moves: bend.moves }, { at: end, moves: bend.moves });
    }
    let length = bend ? bend.way.arc : 0;
    for (let i = 0; i < nodes.length - 1; i++) {
      if (!bend || i !== bend.after + 1) length += distance(nodes[i].at, nodes[i + 1].at);
    }
    return { nodes, length, bend };
  }

  function pointsOf({ nodes, bend }) {
    const points = nodes.map((node) => node.at);
    if (bend) {
      const pieces = Math.ceil(Math.abs(bend.way.turned) / ARC_STEP);
      const inner = [];
      for (let i = 1; i < pieces; i++) inner.push(placed(bend.frame, arcPoint(bend.way, i / pieces)));
      points.splice(bend.after + 2, 0, ...inner);
    }
    return points;
  }

  /**
   * A pull of one newton along the line turns the femur by the moment of each straight stretch between what stands
   * still and what moves: its place from the hip's centre x its direction. The arms are that about the three axes.
   */
  function armsOf({ nodes }, { flexion = 0, adduction = 0 }) {
    let [mx, my, mz] = [0, 0, 0];
    for (let i = 0; i < nodes.length - 1; i++) {
      const [a, b] = [nodes[i], nodes[i + 1]];
      if (a.moves === b.moves) continue;
      const [still, moving] = b.moves ? [a.at, b.at] : [b.at, a.at];
      const [x, y, z] = minus(moving, hip);
      const [ux, uy, uz] = minus(still, moving);
      const size = Math.hypot(ux, uy, uz);
      mx += (y * uz - z * uy) / size;
      my += (z * ux - x * uz) / size;
      mz += (x * uy - y * ux) / size;
    }
    const [cf, sf] = [Math.cos(flexion * RADIAN), Math.sin(flexion * RADIAN)];
    const [ca, sa] = [Math.cos(adduction * RADIAN), Math.sin(adduction * RADIAN)];
    return { flexion: mz, adduction: mx * cf + my * sf, rotation: (my * cf - mx * sf) * ca + mz * sa };
  }

  return {
    /** The names of the lines of pull. */
    lines: names,

    /** The muscles: slug to {lines, parts?}; `parts` says how the lines of a muscle with several are called. */
    muscles: model.muscles,

    /** Where the bodies stand: pelvis, femur, tibia, patella to {R: three rows, p}. */
    bodies(pose) {
      return Object.fromEntries(
        Object.entries(framesIn(pose)).map(([body, { R, p }]) => [
          body,
          { R: [R.slice(0, 3), R.slice(3, 6), R.slice(6)], p: [...p] },
        ]),
      );
    },

    /** A line's length and its points from origin to insertion, arcs included. */
    solve(line, pose) {
      const path = traced(line, framesIn(pose));
      return { length: path.length, points: pointsOf(path) };
    },

    /** A line's moment arms about the hip. */
    momentArms(line, pose) {
      return armsOf(traced(line, framesIn(pose)), pose);
    },

    /** A muscle as the mean over its lines; `relative` is its length against standing: 0.05 is 5 % longer. */
    muscle(slug, pose) {
      if (!Object.hasOwn(model.muscles, slug)) throw new RangeError(`There is no muscle named ${slug}.`);
      const mine = model.muscles[slug].lines;
      const frames = framesIn(pose);
      const sum = { length: 0, flexion: 0, adduction: 0, rotation: 0 };
      let before = 0;
      for (const name of mine) {
        const path = traced(name, frames);
        const arms = armsOf(path, pose);
        sum.length += path.length;
        sum.flexion += arms.flexion;
        sum.adduction += arms.adduction;
        sum.rotation += arms.rotation;
        before += standingLength[name];
      }
      return {
        length: sum.length / mine.length,
        relative: sum.length / before - 1,
        flexion: sum.flexion / mine.length,
        adduction: sum.adduction / mine.length,
        rotation: sum.rotation / mine.length,
      };
    },

    /**
     * The pose at a per cent of the running stride, "slow" (2.5 m/s) or "fast" (4.0 m/s); 0 is foot strike of the right
     * leg. Any finite number will do, for the stride repeats. Angles that were not measured (adduction and rotation of
     * "slow") are 0.
     */
    stride(speed, percent) {
      if (!Object.hasOwn(model.stride, speed)) throw new RangeError(`There is no stride named ${speed}.`);
      const curves = model.stride[speed];
      const at = modulo(percent, 100);
      const i = Math.min(Math.floor(at), 99);
      const angle = (curve) => (curve ? curve[i] + (curve[i + 1] - curve[i]) * (at - i) : 0);
      return {
        flexion: angle(curves.flexion),
        adduction: angle(curves.adduction),
        rotation: angle(curves.rotation),
        knee: Math.max(0, angle(curves.knee)),
      };
    },

    /** Every line at once, which is cheaper: name to {length, points, flexion, adduction, rotation}. */
    solveAll(pose) {
      const frames = framesIn(pose);
      return Object.fromEntries(
        names.map((name) => {
          const path = traced(name, frames);
          return [name, { length: path.length, points: pointsOf(path), ...armsOf(path, pose) }];
        }),
      );
    },
  };
}
