// Filters the glossary as one types. Without this module the form asks the server, which answers the same.

const page = document.querySelector("[data-glossary]");
if (page) start(page);

function start(page) {
  const input = page.querySelector("input[type=search]");
  const entries = [...page.querySelectorAll("[data-entry]")].map((element) => ({
    element,
    words: folded([...element.querySelectorAll("[data-words]")].map((part) => part.textContent).join(" ")),
  }));
  const letters = page.querySelectorAll("[data-letter]");

  function show() {
    const wanted = folded(input.value).split(/\s+/).filter(Boolean);
    const kept = new Set();
    let found = 0;
    for (const { element, words } of entries) {
      element.hidden = !wanted.every((word) => words.includes(word));
      if (element.hidden) continue;
      found += 1;
      kept.add(element.closest("[data-letter]").dataset.letter);
    }
    for (const letter of letters) letter.hidden = !kept.has(letter.dataset.letter);
    page.querySelector("[data-empty]").hidden = found > 0;
    const status = page.querySelector("[data-found]");
    const text = status.dataset.template.replace("%(found)s", found).replace("%(total)s", entries.length);
    if (status.textContent !== text) status.textContent = text;
  }

  function remember() {
    const address = new URL(location);
    const query = input.value.trim();
    if (query) address.searchParams.set("q", query);
    else address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
  }

  input.addEventListener("input", show);
  input.addEventListener("change", remember);
  page.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    remember();
  });
  // A link to an entry that the filter hides has to lead to it.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1)); // slugs need no decoding
    if (!target?.closest("[hidden]") || !page.contains(target)) return;
    input.value = "";
    show();
    target.scrollIntoView();
  });
}

function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
