// Puts bones, patches, lines of pull and labels where a pose takes them, by the rules of moving.py, lines.py and
// colouring.py in anatomy/atlas.

import { createFibres } from "./fibres.js";

const NEAR = 0.5; // points closer than this are one corner
const ROUND = 14; // how far from a corner its curve begins
const ARROW = { from: 34, long: 15, wide: 7 }; // picture units; `from`: how far before the insertion its tip stands
const NEUTRAL = [0xa2, 0x94, 0x7b];
const SHORTER = [0xc0, 0x39, 0x2b];
const LONGER = [0x1f, 0x5f, 0xb0];
const MOST = 0.25; // a change of length that has the full colour

const pair = ([u, v]) => `${u.toFixed(1)} ${v.toFixed(1)}`;

/** The colour of a line that is `relative` longer (0.1: a tenth) than in standing. */
export function stretchColour(relative) {
  const share = Math.max(-1, Math.min(1, relative / MOST));
  const weight = Math.abs(share) ** 0.7;
  const goal = share < 0 ? SHORTER : LONGER;
  return `#${NEUTRAL.map((from, i) => Math.round(from + (goal[i] - from) * weight).toString(16).padStart(2, "0")).join("")}`;
}

/** A path through points, its corners rounded. */
export function pathThrough(points) {
  const kept = [];
  points.forEach((point, i) => {
    const last = kept.at(-1);
    if (!last || i === points.length - 1 || Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) kept.push(point);
  });
  let d = `M${pair(kept[0])}`;
  for (let i = 1; i < kept.length - 1; i++) {
    const [before, after] = [kept[i - 1], kept[i + 1]].map((other) => towards(kept[i], other));
    d += `L${pair(before)}Q${pair(kept[i])} ${pair(after)}`;
  }
  return `${d}L${pair(kept.at(-1))}`;
}

function towards(from, to) {
  const [du, dv] = [to[0] - from[0], to[1] - from[1]];
  const share = Math.min(0.5, ROUND / Math.hypot(du, dv));
  return [from[0] + du * share, from[1] + dv * share];
}

function middleOf(points) {
  const lengths = points.slice(1).map((point, i) => Math.hypot(point[0] - points[i][0], point[1] - points[i][1]));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  const i = lengths.findIndex((length) => length > 0 && left <= length || (left -= length, false));
  if (i < 0) return points.at(-1);
  const share = left / lengths[i];
  return [0, 1].map((axis) => points[i][axis] + (points[i + 1][axis] - points[i][axis]) * share);
}

/** The head of an arrow near the insertion that points the way the muscle pulls: back along its line. */
function arrowOn(points) {
  let left = ARROW.from;
  for (let i = points.length - 1; i > 0; i--) {
    const [end, start] = [points[i], points[i - 1]];
    const step = Math.hypot(end[0] - start[0], end[1] - start[1]);
    if (step < left && i > 1) {
      left -= step;
      continue;
    }
    if (!step) return "";
    const [du, dv] = [(start[0] - end[0]) / step, (start[1] - end[1]) / step];
    const along = Math.min(left, step);
    const tip = [end[0] + du * along, end[1] + dv * along];
    const foot = [tip[0] - du * ARROW.long, tip[1] - dv * ARROW.long];
    const side = [-dv * ARROW.wide, du * ARROW.wide];
    return `M${pair(tip)}L${pair([foot[0] + side[0], foot[1] + side[1]])}L${pair([foot[0] - side[0], foot[1] - side[1]])}Z`;
  }
  return "";
}

const times = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [
  a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f,
];
const inverse = ([a, b, c, d, e, f]) => {
  const by = a * d - b * c;
  return [d / by, -b / by, -c / by, a / by, (c * f - d * e) / by, (b * e - a * f) / by];
};
const moved = ([a, b, c, d, e, f], u, v) => [a * u + c * v + e, b * u + d * v + f];

/** The figure below `root` (drawn for `view`: {project, depth}); `strands` say where fibres begin and end. */
export function createDrawing(root, view, solver, strands) {
  const { u, v } = view.project;
  const weight = [0, 1, 2].map((axis) => Math.abs(u[axis]) + Math.abs(v[axis]));
  const hidden = weight.indexOf(Math.min(...weight));
  const place = ({ R, p }, point) => R.map((row, i) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + p[i]);
  const project = ([x, y, z]) => [u, v].map((row) => row[0] * x + row[1] * y + row[2] * z + row[3]);

  // A body's picture is flat: it lies in a plane of the body's frame, which the pose turns.
  const flat = ([a, b, c], frame) => {
    const at = (s, t) => {
      const point = [s, t];
      point.splice(hidden, 0, a * s + b * t + c);
      return project(place(frame, point));
    };
    const [o, s, t] = [at(0, 0), at(1, 0), at(0, 1)];
    return [s[0] - o[0], s[1] - o[1], t[0] - o[0], t[1] - o[1], ...o];
  };
  const standing = solver.bodies({});
  const back = Object.fromEntries(
    Object.entries(view.depth).map(([body, plane]) => [body, inverse(flat(plane, standing[body]))]),
  );

  const all = (selector) => [...root.querySelectorAll(selector)];
  const moving = all("[data-layer=bones] [data-body], [data-layer=patches] [data-body]");
  const alike = solver.solveAll({});
  const pulls = all("[data-layer=pull] g[data-structure]").map((group) => {
    const lines = [...new Set([...group.querySelectorAll("[data-line]")].map((path) => path.dataset.line))];
    const fibres = group.querySelector(".fibres");
    const own = strands[group.dataset.structure];
    return {
      group,
      lines: lines.map((name) => ({
        name,
        paths: group.querySelectorAll(`[data-line="${name}"]`),
        arrow: group.querySelector(`[data-arrow="${name}"]`),
      })),
      fibres,
      strung: fibres && own && createFibres(own, alike, standing),
    };
  });
  const labels = all("[data-layer=labels] .label").map((label) => {
    const leader = label.querySelector(".label__leader");
    const { body, line, u: atU, v: atV } = label.dataset;
    return { leader, start: leader?.getAttribute("d").match(/^M\s*\S+\s+[^\sL]+/)?.[0], body, line, u: Number(atU), v: Number(atV) };
  });

  return {
    /** Draw `pose`, whose solution is `lines`; `numbers(slug)` gives a muscle's `relative` for the colours. */
    draw(pose, lines, numbers, colouring) {
      const frames = solver.bodies(pose);
      const matrix = Object.fromEntries(
        Object.entries(view.depth).map(([body, plane]) => [body, times(flat(plane, frames[body]), back[body])]),
      );
      for (const part of moving) {
        part.setAttribute("transform", `matrix(${matrix[part.dataset.body].map((value) => +value.toFixed(5)).join(" ")})`);
      }
      const middles = {};
      for (const { group, lines: own, fibres, strung } of pulls) {
        const { structure, colour: plain } = group.dataset;
        const colour = colouring === "stretch" ? stretchColour(numbers(structure).relative) : plain;
        group.setAttribute("stroke", colour);
        for (const { name, paths, arrow } of own) {
          const points = lines[name].points.map(project);
          middles[name] = middleOf(points);
          const d = pathThrough(points);
          for (const path of paths) path.setAttribute("d", d);
          arrow?.setAttribute("d", arrowOn(points));
          arrow?.setAttribute("fill", colour);
        }
        if (strung) fibres.setAttribute("d", strung(lines, frames).map((points) => pathThrough(points.map(project))).join(""));
      }
      for (const { leader, start, body, line, u: atU, v: atV } of labels) {
        if (start) leader.setAttribute("d", `${start}L${pair(line ? middles[line] ?? [atU, atV] : moved(matrix[body], atU, atV))}`);
      }
    },
  };
}
