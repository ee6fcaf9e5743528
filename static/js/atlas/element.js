// <hip-atlas>: the figure that the server drew comes alive when it is near or touched. Until then a page
// carries only this module; without it the links, the form and the drawing work as they are.

const NEAR = "400px";

class HipAtlas extends HTMLElement {
  connectedCallback() {
    if (this.sight) return;
    const wake = () => this.wake();
    this.sight = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) wake();
    }, { rootMargin: NEAR });
    this.sight.observe(this);
    for (const name of ["pointerdown", "focusin"]) this.addEventListener(name, wake, { once: true });
  }

  disconnectedCallback() {
    this.sight?.disconnect();
    this.atlas?.then((atlas) => atlas?.leave());
  }

  wake() {
    this.sight.disconnect();
    this.atlas ??= this.begin().catch((error) => this.fail(error));
  }

  // A figure of which nothing may be moved needs no model: its muscles can be chosen, that is all.
  async begin() {
    if (this.dataset.moves) return (await import("./live.js")).start(this);
    const { createChooser } = await import("./choosing.js");
    createChooser(this, this).refresh();
    this.toggleAttribute("data-live", true);
    return null;
  }

  // Says so after the sentence, which stays true; the form goes on working, drawn by the server.
  fail(error) {
    console.warn(error);
    this.querySelector(".atlas__sentence")?.append(` ${this.dataset.failed}`);
  }
}

customElements.define("hip-atlas", HipAtlas);
if (document.querySelector("[data-string]")) import("./string.js");
