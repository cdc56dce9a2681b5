// Draws the articles of an item and what the target wrote about them. What the edit changed comes as segments, each a
// kind and its text: all of it is put in as text, whatever an article holds.

const MARKS = { added: "ins", removed: "del", changed: "mark" };
const REMOVED_HIDDEN = "faded-removed-hidden";
const REFERENCE_OPEN = "faded-reference-open";

function mountTexts(element, part) {
  const fold = part("text-reference-fold");
  let shown = null;

  function piece(tag, words, gap = false) {
    const made = document.createElement(tag);
    made.textContent = words;
    if (gap) made.className = "gap";
    return made;
  }
  // As `text_marks.html` does it: spaces are not marked, but those beside removed words are hidden with them.
  function drawn([kind, text]) {
    const words = text.trim();
    if (kind === "same" || !words) return kind === "removed" ? [] : [text];
    const at = text.indexOf(words);
    const gaps = [text.slice(0, at), text.slice(at + words.length)];
    const [lead, tail] = kind === "removed" ? gaps.map((gap) => (gap ? piece("del", gap, true) : "")) : gaps;
    return [lead, piece(MARKS[kind], words), tail];
  }
  function marked(segments) {
    const box = document.createElement("span");
    box.className = "f-marked";
    box.append(...segments.flatMap(drawn));
    return box;
  }
  function noted([look, words]) {
    const line = document.createElement("li");
    line.className = look;
    line.textContent = words;
    return line;
  }
  function remember(name, on) {
    if (on) localStorage.setItem(name, "1");
    else localStorage.removeItem(name);
  }
  function showRemoved() {
    const hidden = Boolean(localStorage.getItem(REMOVED_HIDDEN));
    part("card").classList.toggle("lab-as-read", hidden);
    element.querySelector("[data-act=removed]").setAttribute("aria-pressed", String(!hidden));
  }
  // Where there is more than fits, it can be scrolled by keyboard.
  const boxes = ["text-summaries", "text-reference"].map(part);
  function reach() {
    for (const box of boxes) {
      if (box.scrollHeight > box.clientHeight) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }
  const resized = new ResizeObserver(reach);
  for (const box of boxes) resized.observe(box);
  fold.open = Boolean(localStorage.getItem(REFERENCE_OPEN));
  fold.addEventListener("toggle", () => {
    remember(REFERENCE_OPEN, fold.open);
    reach();
  });
  showRemoved();

  return {
    removed() {
      remember(REMOVED_HIDDEN, !localStorage.getItem(REMOVED_HIDDEN));
      showRemoved();
    },
    draw(item) {
      part("text-setting").textContent = item.setting;
      part("text-notes").replaceChildren(...item.notes.map(noted));
      part("text-original").textContent = item.original;
      part("text-edited").replaceChildren(marked(item.edited));
      part("text-clean").textContent = item.clean_answer ?? "";
      part("text-answer").replaceChildren(marked(item.differences));
      fold.hidden = item.reference === null;
      part("text-no-reference").hidden = item.reference !== null;
      part("text-reference").textContent = item.reference ?? "";
      reach();
      if (shown !== item.id && part("texts").getBoundingClientRect().top < 0) part("texts").scrollIntoView();
      shown = item.id;
    },
  };
}
