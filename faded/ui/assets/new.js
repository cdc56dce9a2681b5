// The form of a new campaign: keeps what is typed on the server, and shows what the worker finds about it.

const PAUSE_MS = 350; // after the last key before anything is asked
const LOOK_MS = 600; // between two looks while the worker is at it
const STEPS = ["target", "data", "concepts", "measure"];
const WAITING = { target: "Loading the model…", data: "Looking at the data…", concepts: "Editing a sample…", measure: "Measuring the unedited inputs…" };
const AT_ONCE = /^(levels-|label_map$|columns$|threshold$|candidate$)/; // what the person cannot have overlooked yet is said at once

function mountNew(element, server) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const state = { fields: null, early: {}, task: "", problems: {}, steps: {}, touched: new Set(), pressed: false, beginning: false, asked: 0, timer: null };
  const results = () => Object.fromEntries(STEPS.map((name) => [name, state.steps[name]?.result ?? null]));
  const parts = mountFields(element, part, () => changed());

  function trouble(message) {
    part("trouble").hidden = !message;
    part("trouble-text").textContent = message ?? "";
    if (message) part("trouble").scrollIntoView({ block: "nearest" });
  }

  // --- drawing
  function fill() {
    for (const input of element.querySelectorAll("[data-field]")) if (document.activeElement !== input) input.value = state.fields[input.dataset.field] ?? "";
    element.querySelector("[data-switch]").checked = !state.fields.labelled;
  }
  function draw() {
    for (const button of element.querySelectorAll('[data-act="file"], [data-act="again"]')) button.disabled = false; // the server has answered
    parts.draw(state.fields, state.task, results());
    for (const name of STEPS) look(name);
    for (const place of element.querySelectorAll("[data-problem]")) {
      const name = place.dataset.problem;
      const said = state.pressed || state.touched.has(name) || AT_ONCE.test(name) ? (state.problems[name] ?? "") : "";
      place.textContent = said || failed(name);
      const input = element.querySelector(`[data-field="${CSS.escape(name)}"], [data-levels="${CSS.escape(name.replace("levels-", ""))}"]`);
      input?.setAttribute("aria-invalid", String(Boolean(place.textContent)));
    }
    summary();
  }
  // What the worker could not do stands at the field that the step begins with.
  function failed(name) {
    const step = { target: "target", candidate: "candidate", data: "data", space: "concepts", discrepancy: "measure" }[name];
    return step ? (state.steps[step]?.error ?? "") : "";
  }
  function look(name) {
    const step = state.steps[name];
    const box = element.querySelector(`[data-step="${name}"]`);
    const odd = name === "data" && step?.result && (state.problems.label_map || state.problems.columns);
    box.dataset.look = step?.error || odd || (step?.result && wrong(name)) ? "bad" : step?.result ? "good" : "";
    const after = STEPS[STEPS.indexOf(name) - 1];
    const words = step?.waiting ? WAITING[name] : step?.error ? "Something is to be mended" : odd ? "Say what is meant" : step?.result && !wrong(name) ? "Ready" : wrong(name) ? "Something is to be mended" : after ? `After step ${STEPS.indexOf(after) + 1}` : "";
    if (part(`${name}-state`).textContent !== words) part(`${name}-state`).textContent = words;
  }
  const OF_STEP = { concepts: /^(space|slots|levels-)/, measure: /^(threshold|bound|queries|seed|name|encoder|reader|discrepancy)$/ };
  const wrong = (name) => name in OF_STEP && state.fields.target && Object.keys(state.problems).some((problem) => OF_STEP[name].test(problem));
  function summary() {
    const wrong = Object.keys(state.problems);
    const first = STEPS.find((name) => state.steps[name]?.error);
    const done = STEPS.every((name) => state.steps[name]?.result);
    const waiting = Object.values(state.steps).some((step) => step.waiting);
    const found = results();
    const words = done && !wrong.length
      ? `${many(found.concepts.cells, "setting", "settings")} of ${many(found.concepts.concepts.length, "concept", "concepts")} on ${many(found.measure.explore, "input", "inputs")}. Exploring can begin.`
      : waiting ? "Looking at what you gave…"
      : first ? `Step ${STEPS.indexOf(first) + 1} needs mending.`
      : wrong.length && (state.pressed || state.fields.target) ? `Still open: ${wrong.map((name) => name.replace("levels-", "levels of ").replace("label_map", "what labels mean").replaceAll("_", " ")).join(", ")}.`
      : "Name a model to begin.";
    if (part("summary").textContent !== words) part("summary").textContent = words;
    element.querySelector('[data-act="begin"]').disabled = waiting || state.beginning;
  }

  // --- asking
  function take(answer, asked) {
    if (asked !== state.asked) return;
    if (!answer.ok) return trouble(answer.message);
    trouble("");
    if (answer.fields) {
      Object.assign(state, { fields: answer.fields });
      parts.forget();
      for (const [name, value] of Object.entries(state.early)) typed(name, value);
      if (Object.keys(state.early).length) later(0);
      state.early = {};
      fill();
    }
    if (!answer.steps) return;
    // What was chosen for pictures is nothing for articles.
    if (state.task && answer.task && answer.task !== state.task && !answer.fields) {
      Object.assign(state.fields, { space: "", concepts: [], discrepancy: "", threshold: "", columns: {}, label_map: {} });
      later(0);
    }
    Object.assign(state, { task: answer.task, problems: answer.problems, steps: answer.steps });
    suggest();
    draw();
    if (Object.values(state.steps).some((step) => step.waiting)) later(LOOK_MS);
  }
  // Columns that can only be meant are taken at once, and classes that a label names in another case; the person sees
  // which, and may choose others.
  function suggest() {
    const classes = state.steps.target?.result?.classes ?? [];
    const meant = (label) => classes.filter((name) => name.toLowerCase() === label.toLowerCase());
    const alike = (state.steps.data?.result?.unknown ?? []).filter((label) => !(label in state.fields.label_map) && meant(label).length === 1);
    if (alike.length) {
      state.fields.label_map = { ...state.fields.label_map, ...Object.fromEntries(alike.map((label) => [label, meant(label)[0]])) };
      later(0);
    }
    const found = state.steps.data?.result?.suggested ?? {};
    const open = Object.entries(found).filter(([name]) => !state.fields.columns[name]);
    if (!open.length) return;
    state.fields.columns = { ...state.fields.columns, ...Object.fromEntries(open) };
    later(0);
  }
  async function ask(call, given) {
    const asked = ++state.asked;
    clearTimeout(state.timer);
    try {
      const answer = await call(given);
      take(answer, asked);
      return answer;
    } catch {
      trouble("The server did not answer. What you typed is in this page; it is sent again in a moment.");
      later(4000);
      return null;
    }
  }
  const save = () => (state.fields ? ask(server.new_save, { fields: state.fields }) : ask(server.new_load, {}));
  function later(ms) {
    clearTimeout(state.timer);
    state.timer = setTimeout(save, ms);
  }
  function changed() {
    fill();
    draw();
    later(PAUSE_MS);
  }

  // --- what the person does
  function typed(name, value) {
    state.fields[name] = value;
    state.touched.add(name);
    if (name === "data" || name === "target") Object.assign(state.fields, { label_map: {}, columns: {} });
    if (name === "discrepancy" || name === "task") Object.assign(state.fields, { threshold: "" });
  }
  element.addEventListener("input", (event) => {
    const name = event.target.dataset?.field;
    if (!name) return;
    if (!state.fields) return void (state.early[name] = event.target.value); // the server has not answered yet
    typed(name, event.target.value);
    changed();
  });
  element.addEventListener("change", (event) => {
    if (event.target.matches("[data-switch]")) {
      if (!state.fields) return void (state.early.labelled = !event.target.checked);
      state.fields.labelled = !event.target.checked;
      changed();
    }
    if (event.target === part("chosen")) opened(event.target);
  });
  async function opened(chooser) {
    const file = chooser.files[0];
    chooser.value = "";
    if (!file) return;
    state.early = {}; // the file says it all
    await ask(server.new_open, { name: file.name, text: await file.text() });
  }
  const acts = {
    async begin() {
      if (state.beginning) return; // pressed twice
      Object.assign(state, { pressed: true, beginning: true });
      draw();
      const answer = await ask(server.new_begin, { fields: state.fields });
      state.beginning = false;
      if (!answer?.ok) return save().then(() => trouble(answer?.message));
      window.faded.pick(answer.round);
      location.hash = "#run";
      await ask(server.new_load, {});
    },
    async file() {
      state.pressed = true;
      const answer = await ask(server.new_file, { fields: state.fields });
      if (!answer?.ok) return save().then(() => trouble(answer?.message));
      const link = make("a", { href: URL.createObjectURL(new Blob([answer.text], { type: "application/yaml" })), download: answer.name });
      link.click();
      URL.revokeObjectURL(link.href);
      await save();
    },
    open: () => part("chosen").click(),
    again: () => ask(server.new_again, { fields: state.fields }),
    async discard() {
      Object.assign(state, { pressed: false, touched: new Set(), early: {} });
      await ask(server.new_discard, {});
    },
  };
  element.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());

  // The form is made and asked for when the page is first turned to: nobody else needs it.
  async function begin() {
    if (window.faded.page() !== "new" || !part("whole")) return;
    part("form").replaceChildren(part("whole").content);
    const answer = await ask(server.new_load, {});
    part("form").classList.toggle("refused", Boolean(answer?.refused)); // who may not fill it in sees why, and no form
  }
  window.faded.onTurn(begin);
  begin();
}
