// The reader's choice of colours is kept in a cookie, so that the server writes it into <html> and no page flashes.
const choices = new Set(["auto", "light", "dark"]);
const root = document.documentElement;

customElements.define(
  "theme-switch",
  class extends HTMLElement {
    connectedCallback() {
      this.hidden = false;
      this.addEventListener("click", (event) => {
        const choice = event.target.closest("button")?.value;
        if (choices.has(choice)) this.choose(choice);
      });
      this.show();
    }

    choose(choice) {
      const age = choice === "auto" ? 0 : 31536000;
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `theme=${choice}; path=/; max-age=${age}; samesite=lax${secure}`;
      if (choice === "auto") delete root.dataset.theme;
      else root.dataset.theme = choice;
      this.show();
    }

    show() {
      const now = root.dataset.theme ?? "auto";
      for (const button of this.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value === now));
      }
    }
  },
);
