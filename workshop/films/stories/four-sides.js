// Once round the hip: front, outer side, back, inner side, each with its muscles in its colour.
import { Color } from "three";
import { along, during, mix, since } from "../timing.js";
import { change, draw, heading, show, titleCard, words } from "../words.js";

const story = {
  slug: "four-sides",
  title: "The four sides of the hip",
  seconds: 45,
  poster: 1.8,
  summary:
    "The camera turns once round the right hip. On each of its four sides the muscles that stand there light up in the colour of that side, with their names. A small ring shows the hip from above, and from where it is being looked at.",
  chapters: [
    [0, "Four sides"],
    [4, "Anterior: the front"],
    [12, "Lateral: the outer side"],
    [20, "Posterior: the back"],
    [28, "Medial: the inner side"],
    [36, "The corners"],
    [40, "One exercise a side"],
  ],
  captions: [
    [0.4, 3.8, "The hip has four sides.\nLet us walk round it once."],
    [4.2, 7.9, "Anterior, the front: psoas major, iliacus,\nrectus femoris and sartorius."],
    [8, 11.8, "They bring the thigh forward,\nand hold it back from going too far behind you."],
    [12.2, 15.9, "Lateral, the outer side:\ngluteus medius and gluteus minimus."],
    [16, 19.8, "On one leg, they stop the other side\nof your pelvis from dropping."],
    [20.2, 23.9, "Posterior, the back: gluteus maximus,\nthe hamstrings, and deep rotators."],
    [24, 27.8, "Gluteus maximus and the hamstrings\nextend the hip: the big engine."],
    [28.2, 31.9, "Medial, the inner side: adductor longus,\nbrevis and magnus, and gracilis."],
    [32, 35.8, "They pull the thigh in,\nand steady it while it swings."],
    [36.2, 39.8, "Two stand on a corner: tensor fasciae latae\nand pectineus. Books place them differently."],
    [40.2, 44.6, "Keep one exercise for each side\nin your routine, all year round."],
  ],
  transcript: [
    [0, "Title: The four sides of the hip. The right hip from the front, with all its muscles."],
    [4, "Anterior, the front, in red: psoas major, iliacus, rectus femoris and sartorius. They bring the thigh forward, and they hold it back from going too far behind you."],
    [12, "The camera turns to the outer side. Lateral, in brown: gluteus medius and gluteus minimus. When you stand on one leg, they stop the other side of your pelvis from dropping."],
    [20, "The camera turns to the back. Posterior, in blue: gluteus maximus, the hamstrings, and under gluteus maximus the deep rotators such as piriformis. Gluteus maximus and the hamstrings extend the hip: the big engine."],
    [28, "The camera turns to the inner side; the left half of the pelvis fades. Medial, in green: adductor longus, adductor brevis, adductor magnus and gracilis. They pull the thigh in, and steady it while it swings."],
    [36, "Back at the front. Two muscles stand on a corner: tensor fasciae latae between front and outer side, pectineus between front and inner side. Books place them differently."],
    [40, "All four sides in their colours. Keep at least one exercise for each side of the hip in your strength routine, all year round."],
  ],
};

const SIDES = [
  { key: "anterior", word: "Anterior", plain: "the front", colour: "#9c2230", from: 4, azimuth: 84, names: ["Psoas major", "Iliacus", "Rectus femoris", "Sartorius"],
    muscles: ["psoas-major", "iliacus", "rectus-femoris", "sartorius"] },
  { key: "lateral", word: "Lateral", plain: "the outer side", colour: "#8a4e00", from: 12, azimuth: 0, names: ["Gluteus medius", "Gluteus minimus"],
    muscles: ["gluteus-medius", "gluteus-minimus"] },
  { key: "posterior", word: "Posterior", plain: "the back", colour: "#33547b", from: 20, azimuth: -84, names: ["Gluteus maximus", "Hamstrings", "Deep rotators"],
    muscles: ["gluteus-maximus", "biceps-femoris-long-head", "semitendinosus", "semimembranosus", "piriformis", "superior-gemellus", "obturator-internus", "inferior-gemellus", "quadratus-femoris"] },
  { key: "medial", word: "Medial", plain: "the inner side", colour: "#38612f", from: 28, azimuth: -212, names: ["Adductor longus", "Adductor brevis", "Adductor magnus", "Gracilis"],
    muscles: ["adductor-longus", "adductor-brevis", "adductor-magnus", "gracilis"] },
];
const CORNERS = [
  { slug: "tensor-fasciae-latae", colour: new Color("#8a4e00").lerp(new Color("#9c2230"), 0.5), name: "Tensor fasciae latae" },
  { slug: "pectineus", colour: new Color("#38612f").lerp(new Color("#9c2230"), 0.5), name: "Pectineus" },
];
const EACH = 8;
const RING = { x: 142, y: 503, r: 54 };

// Muscles of a side differ in light, not in hue.
const shade = (colour, i, count) => new Color(colour).offsetHSL(0, 0.04, 0.07 + (0.16 * i) / (count - 1));

function arc(from, to) {
  const point = (angle) => [RING.x + RING.r * Math.cos(angle), RING.y - RING.r * Math.sin(angle)].map((v) => v.toFixed(1)).join(" ");
  return `M${point(from)}A${RING.r} ${RING.r} 0 0 0 ${point(to)}`;
}

// On the ring, seen from above with the front on top, right of the body is on the right.
const onRing = (azimuth) => (azimuth * Math.PI) / 180;

export default function film(stage) {
  const card = titleCard("The four sides of the hip", "Once round, from the front");
  const heads = SIDES.map(({ word, plain, colour }) => heading(word, plain, colour));
  const lists = SIDES.map(({ names, colour }) => {
    const items = names.map((name, i) => `<p><i style="background:${colour}"></i>${name}</p>`).join("");
    return words("list list--dots", items, { top: 194 });
  });
  const corner = heading("The corners", "are shared");
  const cornerList = words("list list--dots", CORNERS.map(({ name, colour }) => `<p><i style="background:#${colour.getHexString()}"></i>${name}</p>`).join(""), { top: 194 });
  const last = heading("One exercise a side", "at all times");
  const lastList = words("list list--dots", SIDES.map(({ word, colour }) => `<p style="color:${colour}"><i style="background:${colour}"></i>${word}</p>`).join(""), { top: 194 });
  const ring = draw("g");
  const arcs = SIDES.map(({ azimuth, colour }, i) => {
    const middle = onRing([90, 0, -90, 180][i]);
    return draw("path", { d: arc(middle - 0.66, middle + 0.66), fill: "none", stroke: colour, "stroke-width": 16 }, ring);
  });
  draw("circle", { cx: RING.x, cy: RING.y, r: 16, fill: "var(--bone)", stroke: "var(--ink-soft)", "stroke-width": 3 }, ring);
  const eye = draw("path", { fill: "var(--ink)" }, ring);

  const camera = [[0, 60], [4.6, 84], [10.4, 70], [12.6, 4], [18.4, -10], [20.6, -78], [26.4, -98], [28.8, -210], [34.4, -226], [36.8, -268], [45, -286]];

  return {
    story,
    draw(t) {
      const azimuth = along(t, camera);
      stage.look({ azimuth, elevation: 6, at: [-0.05, -0.15, 0.06], height: 0.96, place: [905, 292] });
      const inside = along(t, [[27.4, 1], [28.6, 0], [35.4, 0], [36.6, 1]]);
      for (const bone of ["hip-bone-left", "disc-pubic"]) stage.bone(bone, inside);
      stage.bone("femur-left", 0);
      const everything = Math.max(1 - since(t, 3.2, 0.8), since(t, 40.2, 0.8));
      SIDES.forEach(({ muscles, colour, from }, i) => {
        const own = during(t, from, from + EACH, 0.8);
        const shown = Math.max(own, everything);
        muscles.forEach((slug, j) => {
          const tone = shade(colour, j, muscles.length);
          const grown = t > from + 2.4 || t < 4 ? 1 : along(t, [[from + 0.3, 0], [from + 2.2, 1.03]]);
          stage.muscle(slug, { shown, grown, colour: tone });
          for (const kind of ["origin", "insertion"]) {
            stage.patch(slug, kind, { shown, colour: tone, glow: kind === "origin" ? during(t, from, from + 1.6) : 0 });
          }
        });
        show(heads[i], during(t, from + 0.2, from + EACH - 0.2), 14);
        show(lists[i], during(t, from + 0.7, from + EACH - 0.2), 14);
        arcs[i].style.opacity = mix(0.22, 1, Math.max(own, everything)).toFixed(3);
      });
      const corners = Math.max(during(t, 36.2, 40.6, 0.6), everything);
      for (const { slug, colour } of CORNERS) {
        stage.muscle(slug, { shown: corners, colour });
        for (const kind of ["origin", "insertion"]) stage.patch(slug, kind, { shown: corners, colour });
      }
      show(card, 1 - since(t, 3.3, 0.6));
      show(corner, during(t, 36.4, 40.1), 14);
      show(cornerList, during(t, 36.8, 40.1), 14);
      show(last, since(t, 40.4), 14);
      show(lastList, since(t, 40.8), 14);
      show(ring, since(t, 4.2));
      const angle = onRing(azimuth);
      const place = (radius, turn) => [RING.x + radius * Math.cos(angle + turn), RING.y - radius * Math.sin(angle + turn)].map((v) => v.toFixed(1)).join(" ");
      change(eye, { d: `M${place(RING.r - 12, 0)}L${place(RING.r + 20, 0.17)}L${place(RING.r + 20, -0.17)}Z` });
    },
  };
}
