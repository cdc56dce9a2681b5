// The card Try a setting: the newest question goes to the worker, one at a time, and its answer is shown with its own
// pictures or articles. What is drawn is never touched by a redraw of the page: the server sends the card once for each round,
// and again when generated pictures may be shown.
const LOOK_MS = 60; // between two looks for the answer
const PATIENT_MS = 1000; // an answer that takes longer is said to be waited for, and a newer question goes first
const SLOW_MS = 500; // between two looks from then on
const AGAIN_MS = 2000; // after a lost connection
const SETTLED_MS = 700; // how long the sliders rest before the answer is read aloud

function mountTry(element, server) {
  const viewer = `${Date.now()}-${Math.random()}`;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const part = (name) => element.querySelector(`[data-t="${name}"]`);
  const card = () => part("card");
  const sliders = () => [...element.querySelectorAll("input[type=range]")];
  const zoomed = new WeakSet();
  let zoom = null, laid = null, turn = 0, wanted = null, busy = false, shown = null, speaking = null;

  function text(name, words) {
    part(name).textContent = words;
  }
  // What is shown: a picture by its address, a text in pieces of [element or nothing, words].
  function draw(name, content) {
    const place = part(name);
    if (typeof content === "string") place.src = content;
    else place.replaceChildren(...content.map(([tag, words]) => {
      const piece = tag ? document.createElement(tag) : document.createTextNode(words);
      if (tag) piece.textContent = words;
      return piece;
    }));
  }
  function status(words, bad = false) {
    text("status", words);
    part("status").classList.toggle("bad", bad);
    if (bad) text("live", words);
  }

  // --- the sliders
  const place = (slider) => JSON.parse(slider.dataset.values)[Number(slider.value)];
  function paint(slider) {
    const words = place(slider)[1];
    slider.previousElementSibling.firstElementChild.textContent = words;
    slider.previousElementSibling.classList.toggle("moved", slider.value !== slider.dataset.neutral);
    slider.setAttribute("aria-valuetext", words);
    const ends = [slider.value, slider.dataset.neutral].map((at) => Number(at) / Number(slider.max)).sort((a, b) => a - b);
    slider.style.setProperty("--from", ends[0]);
    slider.style.setProperty("--to", ends[1]);
  }
  function put(setting) {
    for (const slider of sliders()) {
      const value = setting[slider.dataset.name];
      const at = JSON.parse(slider.dataset.values).findIndex(([one]) => one === value);
      slider.value = at < 0 ? slider.dataset.neutral : at;
      paint(slider);
    }
    ask();
  }
  function nextLevel(slider, way) {
    const levels = slider.dataset.levels.split(" ").map(Number);
    const now = Number(slider.value);
    const beyond = levels.filter((level) => (level - now) * way > 0);
    if (!beyond.length) return;
    slider.value = way > 0 ? Math.min(...beyond) : Math.max(...beyond);
    paint(slider);
    ask();
  }

  // --- asking
  function ask() {
    const sample = element.querySelector("input[name=try-sample]:checked").value;
    wanted = { viewer, turn, round: card().dataset.round, sample, values: sliders().map((slider) => place(slider)[0]) };
    clearTimeout(speaking);
    text("live", "");
    pump();
  }
  async function call(name, asked) {
    const answer = await server[name](asked);
    if (typeof answer?.ok !== "boolean") throw new Error("no answer");
    return answer;
  }
  const current = (question) => question.turn === turn && card() !== null;
  async function pump() {
    if (busy) return;
    busy = true;
    while (wanted) {
      const question = wanted;
      wanted = null;
      try {
        await answer(question);
      } catch {
        if (!current(question)) continue;
        status("No connection to Faded. It is asked again as soon as it answers.", true);
        await pause(AGAIN_MS);
        wanted ??= current(question) ? question : null;
      }
    }
    busy = false;
  }
  async function answer(question) {
    const began = performance.now();
    const asked = await call("preview_ask", question);
    if (!asked.ok) {
      if (current(question)) status(asked.message, true);
      return;
    }
    const consent = window.faded.generated.allowed();
    const look = { viewer, job: asked.job, original: shown !== question.sample, consent };
    for (let late = false; current(question); late = performance.now() - began > PATIENT_MS) {
      if (late && wanted) return; // the newer question takes the place of this one
      await pause(late ? SLOW_MS : LOOK_MS);
      const found = await call("preview_look", look);
      if (!current(question)) return;
      if (!found.ok) {
        status(`${found.message} Change something to ask again.`, true);
        return;
      }
      if (found.state === "done") {
        show(question, found);
        return;
      }
      if (found.state === "gone") {
        wanted ??= question;
        return;
      }
      if (late) {
        if (!part("live").textContent) text("live", found.words);
        status(`${found.words}${shown ? " Until then, the answer before is shown." : ""}`);
      }
    }
  }
  function show(question, found) {
    if (wanted && wanted.sample !== question.sample) return;
    if (found.original) draw("original", found.original);
    if (found.edited) draw("edited", found.edited);
    if (part("expected")) {
      text("expected", found.expected);
      if (shown !== question.sample) for (const name of ["original", "edited"]) part(name).scrollTop = 0;
    } else {
      part("edited").alt = `Edited. ${found.setting}`;
    }
    shown = question.sample;
    for (const [name, said] of Object.entries(found.said)) {
      if (said.pieces) draw(`answer-${name}`, said.pieces);
      else text(`answer-${name}`, said.answer);
      text(`sure-${name}`, said.sure);
      text(`pill-${name}`, said.pill);
      part(`pill-${name}`).className = `f-pill ${said.look}`;
      text(`note-${name}`, said.note);
    }
    status(found.setting);
    speaking = setTimeout(() => text("live", found.said.edited.aloud), SETTLED_MS);
  }

  // --- what a person does
  element.addEventListener("input", ({ target }) => {
    if (target.type === "range") paint(target);
    ask();
  });
  element.addEventListener("keydown", (event) => {
    const way = { PageUp: 1, PageDown: -1 }[event.key];
    if (!way || event.target.type !== "range") return;
    event.preventDefault();
    nextLevel(event.target, way);
  });
  element.addEventListener("click", (event) => {
    const name = event.target.closest("[data-act]")?.dataset.act;
    if (name === "reset") put({});
    else if (name === "zoom") zoom.toggle();
  });
  element.closest(".f-page").addEventListener("f-try", ({ detail }) => {
    if (!card()) return;
    put(detail);
    element.scrollIntoView({ block: "nearest" });
    const moved = sliders().find((slider) => slider.value !== slider.dataset.neutral);
    (moved ?? sliders()[0]).focus({ preventScroll: true });
  });

  // --- another round brings another card, and so does saying that generated pictures may be shown
  function follow() {
    const said = card()?.matches(".f-generated") ? window.faded.generated.said() : "";
    const now = card() && `${card().dataset.round} ${said}`;
    if (now === laid) return;
    laid = now;
    turn += 1;
    wanted = shown = null;
    clearTimeout(speaking);
    if (laid === null) return;
    if (part("frame-original") && !zoomed.has(part("frame-original"))) {
      zoomed.add(part("frame-original"));
      zoom = mountZoom(element, part);
    }
    element.querySelector("input[name=try-sample]").checked = true;
    for (const slider of sliders()) {
      slider.value = slider.dataset.neutral;
      paint(slider);
    }
  }
  new MutationObserver(follow).observe(element, { childList: true, subtree: true, attributeFilter: ["data-round"] });
  window.faded.generated.onSaid(follow);
  follow();
}
