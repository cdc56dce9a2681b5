// Draws the articles of an item and what the target wrote about them. What the edit changed comes as segments, each a
// kind and its text: all of it is put in as text, whatever an article holds.

const MARKS = { added: "ins", removed: "del", changed: "mark" };
const REMOVED_HIDDEN = "faded-removed-hidden";
const REFERENCE_OPEN = "faded-reference-open";

function mountTexts(element, part) {
  const fold = part("text-reference-fold");
  let drawn = null;

  function marked(segments) {
    const box = document.createElement("span");
    box.className = "f-marked";
    for (const [kind, words] of segments) {
      const blank = !words.trim(); // of spaces alone nothing is marked
      if (blank && kind === "removed") continue;
      const piece = kind === "same" || blank ? document.createTextNode(words) : document.createElement(MARKS[kind]);
      piece.textContent = words;
      box.append(piece);
    }
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
  function reach() {
    const below = part("below");
    if (below.scrollHeight > below.clientHeight) below.tabIndex = 0;
    else below.removeAttribute("tabindex");
  }
  new ResizeObserver(reach).observe(part("below"));
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
      if (drawn !== item.id && part("texts").getBoundingClientRect().top < 0) part("texts").scrollIntoView();
      drawn = item.id;
    },
  };
}
