// What is found about a draft, as elements. Texts are always set as text: names come from files.

const TASK_WORDS = { image: "Names the class of a picture", text: "Summarizes an article", "text-to-image": "Draws pictures for a prompt" };
const HINTS = {
  image: "A folder with one folder of pictures per class; a Parquet, JSONL or CSV file; or a dataset on the hub as ORG/NAME:SPLIT.",
  text: "A Parquet, JSONL or CSV file with a row per article, or a dataset on the hub as ORG/NAME:SPLIT.",
  "text-to-image": "A YAML file of prompts with slots in braces.",
};
const MEASURES = {
  margin: "How much more probable another class is than the true one. Above 0 the answer is wrong.",
  log_odds: "The same in log-odds, which tells sure errors from narrow ones.",
  bleu: "What a summary lacks of its reference, word by word.",
  rouge_l: "What it lacks of the longest sequence it has in common with its reference.",
  unsupported: "The share of its names and numbers that the article does not have.",
  embedding: "How far an encoder puts the summary from its reference.",
  bias: "How far what a set shows is from the shares that it should show.",
  mismatch: "The share of what the prompt asks for that the pictures do not show.",
  clip: "How far a CLIP model puts the pictures from the prompt.",
};
const BINS = 30;
const PNG = ["data:image", "png;base64"].join("/"); // apart, so that only pictures in the page have such an address

function make(tag, given = {}, ...children) {
  const { dataset, ...rest } = given;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset ?? {});
  made.append(...children);
  return made;
}
const many = (n, one, more) => `${Number(n).toLocaleString("en")} ${n === 1 ? one : more}`;
const rounded = (n) => Number(n.toPrecision(2)).toLocaleString("en");
function duration(seconds) {
  if (seconds < 1) return `${rounded(seconds * 1000)} ms`;
  if (seconds < 90) return `${rounded(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${rounded(seconds / 3600)} hours`;
}
function size(parameters) {
  for (const [unit, word] of [[1e9, "billion"], [1e6, "million"], [1e3, "thousand"]])
    if (parameters >= unit) return `${(parameters / unit).toPrecision(3)} ${word} parameters`;
  return `${parameters} parameters`;
}
const facts = (...lines) => make("ul", { className: "new-facts" }, ...lines.filter(Boolean).map((line) => make("li", {}, line)));
const picture = (content, alt) => make("img", { src: `${PNG},${content}`, alt, draggable: false });

function targetFound(found) {
  const parts = [
    facts(
      TASK_WORDS[found.task],
      found.parameters === null ? "A function: it does not say how large it is" : size(found.parameters),
      found.seconds === null ? "How long a query takes is measured with your prompts" : `${duration(found.seconds)} an answer, measured on ${found.device === "cpu" ? "the processor" : "the graphics card"}; a query also edits and measures, see step 4`,
      found.classes.length ? many(found.classes.length, "class", "classes") : "",
    ),
  ];
  if (found.classes.length) parts.push(make("ul", { className: "new-names" }, ...found.classes.map((name) => make("li", {}, name))));
  return parts;
}
function dataFound(found, task) {
  if (task === "text-to-image") {
    const sets = `${many(found.rows, "set", "sets")} of ${found.pictures} pictures, ${found.steps} steps each`;
    const list = make("ul", { className: "new-texts" }, ...found.prompts.map((prompt) => make("li", {}, prompt)));
    return [facts(sets, found.open ? `Left open by the prompts: ${found.open}` : ""), list];
  }
  if (task === "text") {
    const list = found.texts.map(([article, reference]) => make("li", {}, make("b", {}, reference || "No reference"), article));
    return [facts(many(found.rows, "article", "articles")), make("ul", { className: "new-texts" }, ...list.slice(0, 4))];
  }
  const classes = Object.entries(found.labels);
  const fewest = Math.min(...classes.map(([, n]) => n));
  const shown = found.samples.map((s) => make("li", {}, picture(s.picture, s.label ?? "A picture"), s.label ?? ""));
  return [
    facts(
      many(found.rows, "picture", "pictures"),
      classes.length ? `${many(classes.length, "label", "labels")}, ${many(fewest, "picture", "pictures")} of the rarest` : "",
    ),
    make("ul", { className: "new-samples" }, ...shown),
  ];
}
function strip(concept) {
  const words = concept.levels.some((level) => "text" in level);
  const items = concept.levels.map((level) =>
    words ? make("li", {}, make("b", {}, `${level.level} `), level.text) : make("li", {}, picture(level.picture, level.said), level.level),
  );
  return make("ul", { className: words ? "new-strip words" : "new-strip" }, ...items);
}
function measureFound(found, threshold, most) {
  const wrong = found.clean.filter((value) => value > threshold).length;
  const share = ((100 * wrong) / found.clean.length).toFixed(0);
  const thin = found.fewest < 8 ? `The rarest has ${many(found.fewest, "input", "inputs")}: its modes can hardly be established` : "";
  return [
    facts(
      `${many(found.explore, "input", "inputs")} to explore, ${found.tune} to tune, ${found.verify} to verify${found.folds > 1 ? `, in the first of ${found.folds} folds` : ""}`,
      `${many(found.strata, "stratum", "strata")} that failures are counted within`,
      thin,
      Number.isFinite(threshold) ? `Unedited, ${wrong} of ${found.clean.length} (${share}%) fail at this threshold` : "",
    ),
    histogram(found.clean, threshold, most),
  ];
}
function histogram(values, threshold, most) {
  const top = Math.max(values.at(-1), Number.isFinite(threshold) ? threshold : 0) || most || 1;
  const bins = Array.from({ length: BINS }, () => []);
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((value / top) * BINS))].push(value);
  const counts = bins.map((bin) => bin.length);
  const tall = Math.max(...counts);
  const [width, height] = [560, 130];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const add = (tag, given, text = "") => {
    const made = document.createElementNS(svg.namespaceURI, tag);
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
    made.textContent = text;
    svg.append(made);
  };
  svg.setAttribute("viewBox", `0 0 ${width} ${height + 36}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "How many unedited inputs have which discrepancy");
  counts.forEach((n, i) => {
    const tallness = n ? Math.max(3, (n / tall) * height) : 0;
    const over = n && bins[i][0] > threshold; // of the values in order the least
    add("rect", { x: (i * width) / BINS + 1, y: height - tallness, width: width / BINS - 2, height: tallness, class: over ? "over" : "" });
  });
  if (Number.isFinite(threshold)) add("line", { x1: (threshold / top) * width, x2: (threshold / top) * width, y1: 0, y2: height + 6 });
  add("text", { x: 0, y: height + 18 }, "0");
  add("text", { x: width, y: height + 18, "text-anchor": "end" }, top.toPrecision(2));
  add("text", { x: width / 2, y: height + 32, "text-anchor": "middle" }, `discrepancy of ${values.length} unedited inputs; the line is the threshold`);
  return make("figure", { className: "new-chart" }, svg);
}
