// Films: <course-film> keeps which seconds were seen and where the film stands, and goes to the place that
// a chapter or a line of the transcript names; <course-embed> loads YouTube or Vimeo on a click only.

const REPORT_EVERY_MS = 10000;
const MOST_INTERVALS = 100; // in one report; what waits beyond that goes with the next
const LONGEST_STEP_S = 2; // time moves on by less than this while playing; more is a jump

class CourseFilm extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    if (!this.video) return;
    this.intervals = [];
    this.from = null;
    this.last = 0;
    const start = positions()[this.dataset.key] ?? 0;
    const length = Number(this.dataset.duration || 0);
    if (start > 2 && start < length - 2) {
      this.video.addEventListener("loadedmetadata", () => {
        if (!this.video.currentTime) this.video.currentTime = start; // unless a chapter was chosen meanwhile
      }, { once: true });
    }
    this.video.playbackRate = Number(recall("film-rate") || 1);
    this.video.addEventListener("ratechange", () => keep("film-rate", this.video.playbackRate));
    this.video.addEventListener("timeupdate", () => this.step());
    for (const name of ["pause", "seeking", "ended"]) this.video.addEventListener(name, () => this.close());
    for (const name of ["pause", "ended"]) this.video.addEventListener(name, () => this.report());
    this.timer = setInterval(() => this.report(), REPORT_EVERY_MS);
    this.onHide = () => { if (document.visibilityState === "hidden") { this.close(); this.report(); } };
    document.addEventListener("visibilitychange", this.onHide);
    this.rememberCaptions();
    this.followPassages();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onHide);
  }

  rememberCaptions() {
    const tracks = this.video.textTracks;
    if (recall("film-captions") === "off") for (const track of tracks) track.mode = "disabled";
    tracks.addEventListener?.("change", () => {
      // Chapters are a track too: a film without captions says nothing about them.
      const captions = [...tracks].filter((track) => track.kind === "captions");
      if (captions.length) keep("film-captions", captions.some((track) => track.mode === "showing") ? "on" : "off");
    });
  }

  followPassages() {
    const chapters = [...this.querySelectorAll(".film__chapters a")];
    if (chapters.length) {
      const track = this.video.addTextTrack("chapters", "", document.documentElement.lang);
      track.mode = "hidden"; // for the browser's own controls; the list below the film is for the eyes
      chapters.forEach((link, index) => {
        const end = Number(chapters[index + 1]?.dataset.at ?? this.dataset.duration);
        track.addCue(new VTTCue(Number(link.dataset.at), end, link.lastChild.textContent.trim()));
      });
    }
    for (const list of this.querySelectorAll("ol:has([data-at])")) {
      const links = [...list.querySelectorAll("[data-at]")];
      this.video.addEventListener("timeupdate", () => {
        const current = links.findLast((link) => Number(link.dataset.at) <= this.video.currentTime);
        for (const link of links) {
          if (link === current) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      });
    }
    this.addEventListener("click", (event) => {
      const link = event.target.closest("[data-at]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.video.currentTime = Number(link.dataset.at);
      this.video.play().catch(() => {}); // a browser that plays nothing unasked leaves its own button
      this.video.scrollIntoView({ block: "nearest" });
    });
  }

  step() {
    const now = this.video.currentTime;
    if (this.video.paused || this.video.seeking) return;
    if (this.from === null || now < this.last || now - this.last > LONGEST_STEP_S * this.video.playbackRate) {
      this.close();
      this.from = now;
    }
    this.last = now;
  }

  close() {
    if (this.from !== null && this.last > this.from) this.intervals.push([this.from, this.last]);
    this.from = null;
  }

  async report() {
    if (this.from !== null) {
      this.intervals.push([this.from, this.last]);
      this.from = this.last;
    }
    if (!this.intervals.length) return;
    const sent = this.intervals.splice(0, MOST_INTERVALS);
    if (!(await send(this.dataset.key, { intervals: sent, position: this.video.currentTime }))) {
      this.intervals = [...sent, ...this.intervals];
    }
  }
}

class CourseEmbed extends HTMLElement {
  connectedCallback() {
    this.querySelector("a")?.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = this.dataset.src;
      frame.title = this.dataset.title;
      frame.allow = "autoplay; fullscreen; picture-in-picture";
      frame.referrerPolicy = "strict-origin-when-cross-origin"; // YouTube refuses to play without a referrer
      frame.allowFullscreen = true;
      this.replaceChildren(frame);
      frame.focus();
    });
  }
}

async function send(key, report) {
  const lesson = document.querySelector("[data-lesson]");
  const token = lesson?.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!token) return true;
  const data = new FormData();
  data.set("csrfmiddlewaretoken", token);
  data.set("report", JSON.stringify(report));
  try {
    const url = new URL(`film/${key}/`, new URL(lesson.dataset.readUrl, location.href).href.replace(/read\/$/, ""));
    const answer = await fetch(url, { method: "POST", body: data, keepalive: true });
    if (answer.ok) document.dispatchEvent(new CustomEvent("lesson-progress", { detail: await answer.json() }));
    return answer.ok;
  } catch {
    return false;
  }
}

function positions() {
  const data = document.getElementById("film-positions");
  return data ? JSON.parse(data.textContent) : {};
}

function recall(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function keep(name, value) {
  try { localStorage.setItem(name, String(value)); } catch { /* private mode: not remembered */ }
}

customElements.define("course-film", CourseFilm);
customElements.define("course-embed", CourseEmbed);
