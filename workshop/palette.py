"""The colours of bones and muscles. Pictures, meshes and the pages that show them take them from here."""

# Light from dark to bright: the threshold and the colour from it upwards.
BONE = [
    (0.0, "#8b7a5e"), (0.32, "#a1906f"), (0.43, "#b5a484"), (0.53, "#c8b999"), (0.62, "#d8cbae"),
    (0.70, "#e4d9bf"), (0.76, "#ede4cd"), (0.81, "#f5eeda"),
]  # fmt: skip
DISC = [(0.0, "#7d8a8d"), (0.43, "#97a5a7"), (0.56, "#b0bcbc"), (0.68, "#c6d0ce"), (0.77, "#dae1de")]
OUTLINE = "#594c36"

# One hue a muscle: the patch and its line of pull, and a deeper shade for edges.
COLOURS = {
    "psoas-major": ("#9c1f63", "#5c0f39"),
    "iliacus": ("#ee6a5b", "#a1301f"),
    "iliopsoas": ("#7a1f2b", "#470f17"),
    "rectus-femoris": ("#e39a2d", "#9a5f0c"),
    "sartorius": ("#1b8a8f", "#0c5659"),
    "tensor-fasciae-latae": ("#2f72c2", "#1a4680"),
    "pectineus": ("#8459a8", "#52336e"),
    "adductor-longus": ("#4c9f70", "#2a6444"),
    "adductor-brevis": ("#1f6b40", "#0f3f24"),
    "adductor-magnus": ("#8bbf6a", "#557f39"),
    "gracilis": ("#b6a821", "#736a0c"),
    "gluteus-maximus": ("#a5562a", "#6b3314"),
    "gluteus-medius": ("#ef7b45", "#a34a1d"),
    "gluteus-minimus": ("#f0a875", "#a8683a"),
    "piriformis": ("#6a78a0", "#3d4766"),
    "superior-gemellus": ("#ecc9d6", "#a2788a"),
    "obturator-internus": ("#9aa5b1", "#606b77"),
    "inferior-gemellus": ("#8a6486", "#553a52"),
    "obturator-externus": ("#7d8597", "#4a5162"),
    "quadratus-femoris": ("#bc8f8f", "#7d5656"),
    "biceps-femoris-long-head": ("#48591f", "#29340f"),
    "semitendinosus": ("#7a8f3c", "#4c5b21"),
    "semimembranosus": ("#3f5f5a", "#243a36"),
}
