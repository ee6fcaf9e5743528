// Notices which blocks of a lesson have been on screen long enough to be read, and tells the server.
// Without this module the button "I have read this lesson" does the same.

const READ_AFTER_MS = 1500;
const SEND_EVERY_MS = 4000;

const lesson = document.querySelector("[data-lesson]");
if (lesson) start(lesson);

function start(lesson) {
  const token = lesson.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!token) return;
  const waiting = new Set();
  const timers = new Map();
  let at = "";
  let sentAt = "";

  // A block counts once its end has been seen: a long one is not read when its heading appears.
  const ends = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const block = entry.target.closest("[data-block]");
      clearTimeout(timers.get(block));
      if (!entry.isIntersecting) continue;
      timers.set(block, setTimeout(() => {
        waiting.add(block.dataset.block);
        ends.unobserve(entry.target);
      }, READ_AFTER_MS));
    }
  });
  const places = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) at = entry.target.dataset.block;
  }, { rootMargin: "-30% 0px -60% 0px" });
  for (const block of lesson.querySelectorAll("[data-block]")) {
    const end = document.createElement("span");
    end.className = "block__end";
    block.append(end);
    ends.observe(end);
    places.observe(block);
  }

  function form() {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    data.set("at", at);
    for (const key of waiting) data.append("block", key);
    return data;
  }

  async function send() {
    if (!waiting.size) return;
    const sent = [...waiting];
    try {
      const answer = await fetch(lesson.dataset.readUrl, { method: "POST", body: form(), keepalive: true });
      if (!answer.ok) return;
      for (const key of sent) waiting.delete(key);
      sentAt = at;
      show(await answer.json());
    } catch {
      // No network: what was read waits and goes with the next round.
    }
  }

  document.addEventListener("lesson-progress", (event) => show(event.detail));
  setInterval(send, SEND_EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || (!waiting.size && (sentAt === at || !sentAt))) return;
    navigator.sendBeacon(lesson.dataset.readUrl, form());
    waiting.clear();
    sentAt = at;
  });
}

function show({ points, complete }) {
  const list = document.querySelector("[data-checklist]");
  if (!list) return;
  for (const point of points) {
    const item = list.querySelector(`[data-point="${CSS.escape(point.key)}"]`);
    if (!item) continue;
    const wasDone = item.hasAttribute("data-done");
    item.toggleAttribute("data-done", point.done);
    item.querySelector("[data-detail]").textContent = point.detail;
    if (point.done && !wasDone) item.querySelector("[data-state]").textContent = list.dataset.doneWord;
    if (point.done) item.querySelector("[data-declare]")?.setAttribute("hidden", "");
    if (point.key === "read" && point.done) document.querySelector("[data-mark-read]")?.setAttribute("hidden", "");
  }
  const note = list.querySelector("[data-complete-note]");
  if (complete && !note.textContent.trim()) note.textContent = list.dataset.completeWords;
}
