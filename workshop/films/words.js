// Words and drawings over the picture. A film makes its pieces once and then says, frame by frame, how much of each is there.
import { HEIGHT, WIDTH } from "./stage.js";

const SVG = "http://www.w3.org/2000/svg";
const overlay = document.getElementById("overlay");
const board = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT }, overlay);
/** For drawings that belong to the leg, and fade with it towards the captions. */
export const limb = draw("svg", { class: "limb", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT }, overlay);
overlay.append(board);

/** A piece of text at a place of its class; `html` may hold markup. */
export function words(className, html, place = {}) {
  const element = document.createElement("div");
  element.className = className;
  element.innerHTML = html;
  for (const [side, pixels] of Object.entries(place)) element.style[side] = `${pixels}px`;
  overlay.append(element);
  return element;
}

/** A piece of a drawing in pixels of the picture. */
export function draw(name, attributes = {}, parent = board) {
  const element = document.createElementNS(SVG, name);
  change(element, attributes);
  parent.append(element);
  return element;
}

export function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** How much of a piece is there; `rise` pixels on its way to its place. */
export function show(element, share, rise = 0) {
  element.style.opacity = share.toFixed(3);
  element.style.visibility = share > 0.004 ? "visible" : "hidden";
  if (rise) element.style.transform = `translateY(${((1 - share) * rise).toFixed(2)}px)`;
}

export const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** A title for the film's first seconds. */
export function titleCard(title, line) {
  return words("title-card", `<p class="eyebrow">HipCourse</p><h1>${title}</h1><p class="under">${line}</p>`);
}

/** A heading with a line below it, at the top of the words' column. */
export const heading = (title, line = "", colour = "") =>
  words("heading", `<h2${colour ? ` style="color:${colour}"` : ""}>${title}</h2>${line ? `<p>${line}</p>` : ""}`);

/** A name with a leader line to a place in the picture. `side`: where the name stands from that place. */
export function label(text, colour, dx, dy) {
  const group = draw("g");
  const line = draw("path", { class: "leader", stroke: colour }, group);
  const dot = draw("circle", { class: "leader-dot", r: 7, fill: colour }, group);
  const name = draw("text", { class: "label", "text-anchor": dx < 0 ? "end" : "start", fill: colour }, group);
  name.textContent = text;
  return {
    show(share, [x, y]) {
      show(group, share);
      change(line, { d: path([[x, y], [x + dx, y + dy]]) });
      change(dot, { cx: x.toFixed(1), cy: y.toFixed(1) });
      change(name, { x: (x + dx + Math.sign(dx) * 10).toFixed(1), y: (y + dy + 12).toFixed(1) });
    },
  };
}
