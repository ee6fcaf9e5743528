// The canvas and its WebGL 2 context.

const IN_SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/**
 * Make a canvas that can be drawn on. A processor that must draw by itself would spend more than half its time on
 * smooth edges; without them, `isSmooth` is false, and whoever draws may draw larger when there is time.
 *
 * @param {boolean} [smooth] smooth edges in any case, or in none; by default where a graphics card makes them
 * @throws {Error} when the browser gives no WebGL 2
 */
export function openCanvas(smooth) {
  const wanted = open(smooth ?? true);
  if (smooth !== undefined || !drawsInSoftware(wanted.context)) return wanted;
  release(wanted.context);
  return open(false);
}

/** Give the memory of a context back without waiting for the garbage collector. */
export function release(context) {
  context.getExtension("WEBGL_lose_context")?.loseContext();
}

function open(isSmooth) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { alpha: true, antialias: isSmooth });
  if (!context) throw new Error("This browser gives no WebGL 2.");
  return { canvas, context, isSmooth };
}

function drawsInSoftware(context) {
  const details = context.getExtension("WEBGL_debug_renderer_info");
  return IN_SOFTWARE.test(context.getParameter(details ? details.UNMASKED_RENDERER_WEBGL : context.RENDERER));
}
