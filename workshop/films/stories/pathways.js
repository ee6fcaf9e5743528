// The six hip flexors, one after the other: the patch of the origin, the way, the patch of the insertion.
import { toPelvis } from "../../../frontend/path.js";
import { along, during, ease, mix, since } from "../timing.js";
import { change, draw, heading, show, titleCard, words } from "../words.js";

const story = {
  slug: "pathways",
  title: "Pathways: from origin to insertion",
  seconds: 45,
  poster: 2.2,
  summary:
    "The right hip in three dimensions. One after the other, six hip flexors appear. First the patch of the origin lights up, then the fibres grow along their way, then the patch of the insertion lights up. The camera turns to where each one is seen best.",
  chapters: [
    [0, "Two ends and a road"],
    [4, "Psoas major"],
    [10, "Iliacus"],
    [16, "Rectus femoris"],
    [22, "Sartorius"],
    [28, "Tensor fasciae latae"],
    [34, "Pectineus"],
    [40, "Six roads, one job"],
  ],
  captions: [
    [0.4, 3.8, "Every muscle has two ends and a road between them.\nHere are six that cross the front of the hip."],
    [4, 6.9, "Psoas major begins beside the spine,"],
    [7, 9.8, "bends over the front rim of the pelvis\nand ends on the lesser trochanter."],
    [10, 12.9, "Iliacus begins in the hollow\nof the pelvic wing, the iliac fossa."],
    [13, 15.8, "It slides over the same rim\nand shares the ending of psoas major."],
    [16, 18.9, "Rectus femoris begins at the front of the pelvis,\nand just above the socket."],
    [19, 21.8, "It crosses hip and knee: to the kneecap,\nand by its ligament to the tibia."],
    [22, 24.9, "Sartorius begins at the front point\nof the pelvis."],
    [25, 27.8, "A long strap across the thigh,\nto the inner side of the upper shin."],
    [28, 30.9, "Tensor fasciae latae begins\nclose by, at the outer front corner."],
    [31, 33.8, "It pulls on the iliotibial tract,\nthe long band down the outside of the thigh."],
    [34, 36.9, "Pectineus begins\non top of the pubic bone."],
    [37, 39.8, "Short and flat, it ends on the femur\njust below the lesser trochanter."],
    [40, 44.6, "Six roads, one job: every one passes in front\nof the hip, so every one can flex it."],
  ],
  transcript: [
    [0, "Title: From origin to insertion. Every muscle has two ends and a road between them. Here are six that cross the front of the hip."],
    [4, "Psoas major begins beside the spine: its patches light up on the sides of the lower vertebrae. It runs down, bends over the front rim of the pelvis, and dives back to the lesser trochanter, a bump high on the inner, rear side of the femur."],
    [10, "Iliacus begins in the iliac fossa, the hollow on the inside of the wing of the pelvis. It slides down over the same rim and shares the ending of psoas major."],
    [16, "Rectus femoris begins on the anterior inferior iliac spine, a bump at the front of the pelvis, and in a groove just above the socket. It runs straight down the thigh to the kneecap; its pull carries on through the patellar ligament to the tibial tuberosity. It crosses two joints, hip and knee."],
    [22, "Sartorius begins at the anterior superior iliac spine, the front point of the pelvis. A long strap, it slants across the thigh and ends on the inner side of the upper shin."],
    [28, "Tensor fasciae latae begins at the outer front corner, on the iliac crest and the same front point. It pulls on the iliotibial tract, the long band down the outside of the thigh to the shin."],
    [34, "Pectineus begins on top of the pubic bone, on its ridge. Short and flat, it ends on the femur just below the lesser trochanter."],
    [40, "All six together, from the front. Six roads, one job: every one passes in front of the hip joint, so every one can flex it."],
  ],
};

const EACH = 6;
const FIRST = 4;
const MUSCLES = [
  { slug: "psoas-major", name: "Psoas major", colour: "#9c1f63", from: "beside the lower spine", to: "lesser trochanter", azimuth: 112, at: [-0.06, 0.03, 0.05], height: 0.66 },
  { slug: "iliacus", name: "Iliacus", colour: "#d9503f", from: "hollow of the pelvic wing", to: "lesser trochanter", azimuth: 116, at: [-0.05, -0.045, 0.06], height: 0.42 },
  { slug: "rectus-femoris", name: "Rectus femoris", colour: "#bf7a10", from: "front of the pelvis", to: "kneecap and tibia", azimuth: 66, at: [-0.03, -0.3, 0.08], height: 0.98 },
  { slug: "sartorius", name: "Sartorius", colour: "#14797e", from: "front point of the pelvis", to: "inner side of the shin", azimuth: 104, at: [-0.03, -0.3, 0.07], height: 0.98 },
  { slug: "tensor-fasciae-latae", name: "Tensor fasciae latae", colour: "#2f72c2", from: "outer front corner", to: "iliotibial tract", azimuth: 34, at: [-0.03, -0.3, 0.08], height: 0.98 },
  { slug: "pectineus", name: "Pectineus", colour: "#7a4fa0", from: "top of the pubic bone", to: "femur, just below the lesser trochanter", azimuth: 98, at: [-0.05, -0.11, 0.06], height: 0.42 },
];
const WHOLE = { azimuth: 78, at: [-0.04, -0.18, 0.06], height: 1.08 };

const begins = (i) => FIRST + EACH * i;
const shot = ({ azimuth, at, height }) => [azimuth, ...at, height];

export default function film(stage) {
  const card = titleCard("From origin to insertion", "Six hip flexors, muscle by muscle");
  const bodies = stage.solver.bodies({});
  const middle = (points) => [0, 1, 2].map((k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
  const pieces = MUSCLES.map(({ slug, name, colour, from, to }, i) => {
    const ends = ["from", "to"].map((end) => middle(stage.strands[slug].map((strand) => toPelvis(bodies[strand[end][0]], strand[end][1]))));
    const end = (word, text, top) =>
      words("end", `<p class="end__word" style="--side:${colour}">${word}</p><p class="end__text">${text}</p>`, { top });
    return {
      head: words("heading", `<p class="count">${i + 1} of ${MUSCLES.length}</p><h2 style="color:${colour}">${name}</h2>`),
      origin: end("Origin", from, 214),
      insertion: end("Insertion", to, 346),
      rings: ends.map(() => draw("circle", { fill: "none", stroke: colour })),
      ends,
    };
  });
  const last = heading("Six roads, one job", "each passes in front of the hip");
  const list = words("list", MUSCLES.map(({ name, colour }) => `<p style="color:${colour}">${name}</p>`).join(""), { top: 236 });
  const camera = [[0, shot({ ...WHOLE, azimuth: 62 })], [3.2, shot(WHOLE)]];
  MUSCLES.forEach((muscle, i) => {
    camera.push([begins(i) + 1, shot(muscle)], [begins(i) + 4.6, shot({ ...muscle, azimuth: muscle.azimuth - 6 })]);
  });
  camera.push([41.4, shot(WHOLE)], [45, shot({ ...WHOLE, azimuth: 86 })]);

  return {
    story,
    draw(t) {
      const [azimuth, x, y, z, height] = along(t, camera);
      stage.look({ azimuth, elevation: 5, at: [x, y, z], height, place: [910, 292] });
      stage.bone("femur-left", 0);
      for (const bone of ["hip-bone-left", "disc-pubic"]) stage.bone(bone, along(t, [[3.4, 1], [4.4, 0.16], [15.6, 0.16], [16.4, 1], [33.6, 1], [34.6, 0.16], [40, 0.16], [41, 1]]));
      show(card, 1 - since(t, 3.3, 0.6));
      MUSCLES.forEach(({ slug, colour }, i) => {
        const start = begins(i);
        const before = 1 - since(t, 3.2, 0.7);
        const own = during(t, start, start + EACH, 0.5);
        const together = since(t, 40, 1);
        const past = t > start + EACH - 0.6 ? mix(0, 1, together) : 0;
        const shown = Math.max(before, own, past);
        const grown = t < FIRST ? 1 : t < start + EACH ? along(t, [[start + 1.3, 0], [start + 3.9, 1.03]]) : 1;
        stage.muscle(slug, { shown, grown, colour });
        const arrived = since(t, start + 3.6, 0.5);
        stage.patch(slug, "origin", { shown: Math.max(before, Math.min(shown, t < start + EACH ? since(t, start + 0.3) : 1)), glow: during(t, start + 0.3, start + 2) });
        stage.patch(slug, "insertion", { shown: Math.max(before, Math.min(shown, t < start + EACH ? arrived : 1)), glow: during(t, start + 3.6, start + 5) });
        const { head, origin, insertion, rings, ends } = pieces[i];
        const inside = (from) => during(t, start + from, start + EACH - 0.1, 0.45);
        show(head, inside(0.2), 14);
        show(origin, inside(0.6), 14);
        show(insertion, inside(3.4), 14);
        ends.forEach((point, end) => {
          const share = (t - start - (end ? 3.6 : 0.5)) / 1.3;
          const [cx, cy] = stage.at(point);
          show(rings[end], share > 0 && share < 1 ? 1 - ease(share) : 0);
          change(rings[end], { cx: cx.toFixed(1), cy: cy.toFixed(1), r: (20 + 60 * Math.max(0, share)).toFixed(1), "stroke-width": 7 });
        });
      });
      show(last, since(t, 40.4), 14);
      show(list, since(t, 40.9), 14);
    },
  };
}
