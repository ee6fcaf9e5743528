// The charts of length and lever over a sweep: drawn like those of anatomy/atlas/chart.py, with the point where the pose is.

import { AXES, degrees, rounded, signed } from "./sentence.js";
import { LIMITS, clampPose } from "./solver.js";
import { fill, gettext } from "./strings.js";

const POINTS = 41;
const EVERY = 5; // of the points is a row of the table
const BOX = { left: 44, right: 350, top: 12, bottom: 158 };

const spanOf = (sweep) => (sweep === "stride" ? [0, 100] : LIMITS[sweep]);
const axisOf = (sweep) => (AXES.includes(sweep) ? sweep : "flexion");

export const sweepName = (sweep) => ({
  flexion: gettext("Hip bent (°)"),
  adduction: gettext("Thigh across (°)"),
  rotation: gettext("Thigh turned in (°)"),
  knee: gettext("Knee bent (°)"),
  stride: gettext("Stride (%)"),
})[sweep];

const titleOf = (kind, axis) => (kind === "length" ? gettext("Length against standing") : {
  flexion: gettext("Lever for bending the hip"),
  adduction: gettext("Lever for moving the thigh across"),
  rotation: gettext("Lever for turning the thigh in"),
}[axis]);

const unitOf = (kind, axis) => (kind === "length" ? gettext("mm longer") : {
  flexion: gettext("mm, + flexes"),
  adduction: gettext("mm, + adducts"),
  rotation: gettext("mm, + turns in"),
}[axis]);

/** The ends and the step of an axis with four to eight round marks. */
function scaleOf(low, high) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => Math.ceil(high / size) - Math.floor(low / size) <= 7);
  const bottom = step * Math.floor(low / step);
  return { bottom, top: Math.max(step * Math.ceil(high / step), bottom + step), step };
}

/** The charts among `figures`; `draw` brings them to a pose that is `at` a point of the `sweep`. */
export function createCharts(figures, solver) {
  const charts = [...figures].map((figure) => {
    const curves = [...figure.querySelectorAll(".chart__line")].map((line) => ({ line, slug: line.dataset.structure }));
    const names = [...figure.querySelectorAll("thead th:not(:first-child)")].map((cell) => cell.textContent);
    return { figure, kind: figure.dataset.kind, curves, names };
  });
  const slugs = charts[0]?.curves.map(({ slug }) => slug) ?? [];
  let drawn = "";
  let swept = [];

  function valuesAt(slug, sweep, at, base, speed) {
    const pose = sweep === "stride" ? clampPose(solver.stride(speed, at)) : { ...base, [sweep]: at };
    const { length, relative, ...arms } = solver.muscle(slug, pose);
    return { length: (length - length / (1 + relative)) * 1000, lever: arms[axisOf(sweep)] * 1000 };
  }

  function redraw(sweep, base, speed) {
    const [least, most] = spanOf(sweep);
    swept = slugs.map((slug) => Array.from({ length: POINTS }, (_, i) => {
      return valuesAt(slug, sweep, least + ((most - least) * i) / (POINTS - 1), base, speed);
    }));
    const x = (at) => BOX.left + ((at - least) / (most - least)) * (BOX.right - BOX.left);
    for (const chart of charts) {
      const { figure, kind, curves } = chart;
      const all = swept.flat().map((value) => value[kind]);
      const { bottom, top, step } = scaleOf(Math.min(...all, 0), Math.max(...all, 0));
      const y = (value) => BOX.bottom - ((value - bottom) / (top - bottom)) * (BOX.bottom - BOX.top);
      Object.assign(chart, { x, y });
      curves.forEach(({ line }, m) => {
        const d = swept[m].map((value, i) => `${i ? "L" : "M"}${x(least + ((most - least) * i) / (POINTS - 1)).toFixed(1)} ${y(value[kind]).toFixed(1)}`);
        line.setAttribute("d", d.join(""));
      });
      const stepX = sweep === "stride" ? 25 : sweep === "adduction" || sweep === "rotation" ? 20 : 30;
      const marks = [];
      for (let value = bottom; value <= top + step / 2; value += step) {
        marks.push(svg("path", { d: `M${BOX.left} ${y(value).toFixed(1)}H${BOX.right}` }));
        marks.push(svg("text", { class: "chart__y", x: 38, y: y(value).toFixed(1), dy: ".34em" }, signed(rounded(value))));
      }
      for (let at = Math.ceil(least / stepX) * stepX; at <= most; at += stepX) {
        marks.push(svg("text", { class: "chart__x", x: x(at).toFixed(1), y: 173 }, degrees(at)));
      }
      marks.push(svg("path", { class: "chart__zero", d: `M${BOX.left} ${y(0).toFixed(1)}H${BOX.right}` }));
      figure.querySelector(".chart__grid").replaceChildren(...marks);
      tell(chart, sweep);
    }
  }

  function tell({ figure, kind, names }, sweep) {
    const axis = axisOf(sweep);
    const [title, unit] = [titleOf(kind, axis), unitOf(kind, axis)];
    Object.assign(figure.dataset, { sweep, axis });
    const caption = figure.querySelector("figcaption");
    caption.firstChild.textContent = `${title} `;
    caption.querySelector(".muted").textContent = unit;
    figure.querySelector("svg > title").textContent = title;
    figure.querySelector(".chart__name").textContent = sweepName(sweep);
    figure.querySelector("table > caption").textContent = `${title}, ${unit}`;
    figure.querySelector("thead th").textContent = sweepName(sweep);
    const [least, most] = spanOf(sweep);
    figure.querySelector("tbody").replaceChildren(...Array.from({ length: (POINTS - 1) / EVERY + 1 }, (_, row) => {
      const line = document.createElement("tr");
      const head = Object.assign(document.createElement("th"), { scope: "row" });
      head.textContent = degrees(least + ((most - least) * row * EVERY) / (POINTS - 1));
      line.append(head, ...names.map((_name, m) => Object.assign(document.createElement("td"), {
        className: "number",
        textContent: signed(rounded(swept[m][row * EVERY][kind])),
      })));
      return line;
    }));
  }

  return {
    draw(sweep, pose, speed, at) {
      if (!charts.length) return;
      const base = { ...pose, [sweep]: 0 };
      const key = sweep === "stride" ? speed : JSON.stringify([sweep, base]);
      if (key !== drawn) redraw(sweep, base, speed);
      drawn = key;
      const here = slugs.map((slug) => valuesAt(slug, sweep, at, base, speed));
      for (const { figure, kind, x, y } of charts) {
        figure.querySelector(".chart__now").setAttribute("d", `M${x(at).toFixed(1)} ${BOX.top}V${BOX.bottom}`);
        figure.querySelectorAll(".chart__dot").forEach((dot, m) => {
          dot.setAttribute("cx", x(at).toFixed(1));
          dot.setAttribute("cy", y(here[m][kind]).toFixed(1));
        });
      }
    },
    /** Say in the charts' descriptions where the pose is; not at each step, only when it rests. */
    settle(sweep, pose, speed, at) {
      const base = { ...pose, [sweep]: 0 };
      for (const { figure, kind, names } of charts) {
        const values = slugs.map((slug, m) => fill(gettext("%(muscle)s %(mm)s mm"), {
          muscle: names[m],
          mm: signed(rounded(valuesAt(slug, sweep, at, base, speed)[kind])),
        }));
        figure.querySelector("svg > desc").textContent = fill(gettext("%(what)s over: %(sweep)s. At %(now)s: %(values)s."), {
          what: kind === "length" ? gettext("Length") : gettext("Lever"),
          sweep: sweepName(sweep),
          now: degrees(at),
          values: values.join(", "),
        });
      }
    },
  };
}

function svg(name, attributes, words) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words !== undefined) made.textContent = words;
  return made;
}
