// The parts of the form that depend on what is found: columns, labels, concepts, measures.

const CALLED = { image: ["image", "label"], text: ["article", "reference", "stratum"], "text-to-image": [] };
const OWN = "own";

function mountFields(element, part, changed) {
  let drawn = {}; // what each part was drawn from: it is drawn again only where that has changed, so that typing is not lost
  const fresh = (name, ...from) => {
    const said = JSON.stringify(from);
    if (drawn[name] === said) return false;
    drawn[name] = said;
    return true;
  };

  function columns(fields, found, task) {
    const names = found?.columns ?? [];
    if (!fresh("columns", names, task, fields.columns, fields.labelled)) return;
    const wanted = CALLED[task] ?? [];
    const rows = wanted.map((called) => {
      const select = make("select", { dataset: { column: called } }, make("option", { value: "" }, "The usual name"), ...names.map((name) => make("option", { value: name }, name)));
      select.value = fields.columns[called] ?? "";
      select.addEventListener("change", () => {
        fields.columns = { ...fields.columns, [called]: select.value };
        changed();
      });
      return make("label", { className: "new-field" }, `Column of the ${called}`, select);
    });
    part("columns").replaceChildren(...(names.length ? rows : []));
  }

  function labels(fields, found, classes) {
    const unknown = found?.unknown ?? [];
    const asked = [...new Set([...Object.keys(fields.label_map), ...unknown])];
    if (!fresh("labels", asked, fields.label_map, classes)) return;
    if (!asked.length || !classes?.length) return part("label-map").replaceChildren();
    const rows = asked.map((name) => {
      const select = make(
        "select",
        { ariaLabel: `What ${name} means`, dataset: { label: name } },
        make("option", { value: "?" }, "Choose…"),
        make("option", { value: "" }, "Leave these pictures out"),
        ...classes.map((meant) => make("option", { value: meant }, meant)),
      );
      select.value = name in fields.label_map ? fields.label_map[name] : "?";
      select.addEventListener("change", () => {
        const { [name]: _, ...rest } = fields.label_map;
        fields.label_map = select.value === "?" ? rest : { ...rest, [name]: select.value };
        changed();
      });
      return make("tr", {}, make("td", {}, name), make("td", {}, select));
    });
    const head = make("tr", {}, make("th", {}, "Label of the data"), make("th", {}, "Class of the target that it means"));
    part("label-map").replaceChildren(make("table", { className: "new-map" }, head, ...rows));
  }

  // A preset fills the rows; a change of a row makes the space one of one's own.
  function spaces(fields, about, task, found) {
    const chosen = fields.space || about?.usual_space || "";
    part("slots").hidden = task !== "text-to-image" || chosen !== OWN;
    if (!fresh("spaces", about?.spaces, chosen, task, found?.prompts)) return;
    if (!about) return part("spaces").replaceChildren();
    const button = (name, words) => {
      const made = make("button", { type: "button", ariaPressed: String(chosen === name) }, words);
      made.addEventListener("click", () => choose(fields, about, task, name, found));
      return made;
    };
    part("spaces").replaceChildren(...Object.keys(about.spaces).map((name) => button(name, `Preset “${name}”`)), button(OWN, "My own"));
  }
  // The slots of the prompts themselves, with words to be replaced; the preset's where they have them.
  function slotsOf(prompts, preset) {
    const names = [...new Set(prompts.flatMap((prompt) => [...prompt.matchAll(/\{([^{}]*)\}/g)].map((slot) => slot[1])))];
    const known = new Map(preset.map((slot) => [slot.name, slot.levels]));
    return (names.length ? names : [...known.keys()]).map((name) => `- name: ${name}\n  levels: ${JSON.stringify(known.get(name) ?? ["", "a word", "another"])}\n`).join("");
  }
  function choose(fields, about, task, name, found) {
    if (name === OWN && task === "text-to-image" && !fields.slots.trim())
      fields.slots = slotsOf(found?.prompts ?? [], about.spaces[about.usual_space]);
    if (name === OWN) fields.concepts = rowsOf(fields, about);
    fields.space = name;
    changed();
  }
  function rowsOf(fields, about) {
    // Those that are chosen stand first, in their order: it is that of the edits.
    const own = fields.space === OWN && fields.concepts.length;
    const preset = about.spaces[fields.space || about.usual_space] ?? [];
    const chosen = own ? fields.concepts : preset.map((c) => ({ ...c, on: true, levels: c.levels.join(", ") }));
    const named = (list, name) => list.some((c) => c.name === name);
    const others = about.concepts.filter((c) => !named(chosen, c.name));
    return [
      ...chosen.filter((c) => named(about.concepts, c.name)),
      ...others.map((c) => ({ name: c.name, on: false, levels: c.levels.join(", ") })),
    ];
  }
  function concepts(fields, about, task, found) {
    const listed = about && task !== "text-to-image" ? rowsOf(fields, about) : [];
    const own = fields.space === OWN;
    const rows = own ? listed : listed.filter((row) => row.on);
    if (fresh("concepts", rows.map((r) => [r.name, r.on, own]), task, about?.concepts.length)) {
      part("concepts").replaceChildren(...rows.map((row) => conceptRow(fields, about, row)));
    }
    for (const row of rows) {
      const line = part("concepts").querySelector(`[data-concept="${CSS.escape(row.name)}"]`);
      const input = line.querySelector(".new-levels");
      if (document.activeElement !== input) input.value = row.levels;
      const shown = found?.concepts.find((c) => c.name === row.name);
      if (fresh(`strip ${row.name}`, shown, rows.length, own)) line.querySelector(".new-strips").replaceChildren(...(shown && row.on ? [strip(shown)] : []));
    }
    const rest = task === "text-to-image" ? (found?.concepts ?? []) : [];
    if (fresh("strips", rest)) part("concepts-found").replaceChildren(...rest.map((c) => make("div", { className: "new-concept" }, make("b", {}, c.name), make("span", {}), strip(c))));
  }
  function conceptRow(fields, about, row) {
    const about_one = about.concepts.find((c) => c.name === row.name);
    const turn = make("input", { type: "checkbox", checked: row.on });
    const levels = make("input", { className: "new-levels", value: row.levels, ariaLabel: `Levels of ${row.name}`, dataset: { levels: row.name }, title: `From ${about_one.low} to ${about_one.high}; ${about_one.neutral} changes nothing` });
    const own = () => {
      const rows = rowsOf(fields, about);
      Object.assign(rows.find((r) => r.name === row.name), { on: turn.checked, levels: levels.value });
      Object.assign(fields, { concepts: rows, space: OWN });
      changed();
    };
    turn.addEventListener("change", own);
    levels.addEventListener("input", own);
    return make(
      "div",
      { className: row.on ? "new-concept" : "new-concept off", dataset: { concept: row.name } },
      make("label", { className: "new-switch" }, turn, row.name.replaceAll("_", " ")),
      levels,
      make("div", { className: "new-strips" }),
      make("span", { className: "new-problem", dataset: { problem: `levels-${row.name}` } }),
    );
  }

  function measures(fields, about, task, found) {
    const names = Object.keys(about?.discrepancies ?? {});
    const select = element.querySelector('[data-field="discrepancy"]');
    if (fresh("measures", names)) select.replaceChildren(...names.map((name) => make("option", { value: name }, name.replaceAll("_", " "))));
    const chosen = fields.discrepancy || names[0] || "";
    select.value = chosen;
    part("discrepancy-hint").textContent = MEASURES[chosen] ?? "";
    part("encoder").hidden = !["embedding", "clip"].includes(chosen);
    part("encoder-hint").textContent = chosen === "clip" ? "A folder or hub id of a CLIP model." : "A folder or hub id of a sentence encoder.";
    part("reader").hidden = task !== "text-to-image";
    const usual = about?.discrepancies[chosen]?.threshold ?? null;
    element.querySelector('[data-field="threshold"]').placeholder = usual === null ? "to be given" : String(usual);
    element.querySelector('[data-field="queries"]').placeholder = String(about?.queries ?? "");
    const queries = Number((fields.queries || String(about?.queries ?? "")).replaceAll(",", ""));
    part("queries-hint").textContent = found && queries
      ? `Exploring: at least ${duration(found.seconds * queries)}, at ${duration(found.seconds)} for each edit, answer and measure. Before it about ${duration(found.before)}, to read the data and answer the unedited ones. Loading the model comes on top. Measured just now.`
      : "The budget of exploring.";
    const threshold = fields.threshold.trim() ? Number(fields.threshold.replace(",", ".")) : (usual ?? NaN);
    if (fresh("measure", found, threshold)) part("measure-found").replaceChildren(...(found ? measureFound(found, threshold, found.most) : []));
  }

  return {
    forget: () => (drawn = {}),
    draw(fields, task, results) {
      const about = results.target;
      part("data-hint").textContent = HINTS[task] ?? "Pictures, articles or prompts, by what the model does.";
      part("labelled").hidden = task === "text-to-image";
      part("labelled-words").textContent = task === "text" ? "There are no references: people say what is right" : "There are no labels: people say what is right";
      columns(fields, results.data, task);
      labels(fields, results.data, about?.classes);
      spaces(fields, about, task, results.data);
      concepts(fields, about, task, results.concepts);
      measures(fields, about, task, results.measure);
      if (fresh("target-found", about)) part("target-found").replaceChildren(...(about ? targetFound(about) : []));
      if (fresh("data-found", results.data, task)) part("data-found").replaceChildren(...(results.data ? dataFound(results.data, task) : []));
    },
  };
}
