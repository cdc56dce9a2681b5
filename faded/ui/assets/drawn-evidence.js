// Draws a set of pictures: its prompt with the slots marked, the pictures that it was drawn as, each by itself, and below
// them what the same seeds show without the edit. All words are put in as text, whatever a prompt holds.

function mountDrawn(element, part, say) {
  const ratings = mountRatings(element, part, say);
  const viewer = mountViewer(part, turn);
  let shown = null;
  let cuts = { drawn: [], base: [] };
  let at = null;

  function piece([words, slot]) {
    if (!slot) return words;
    const mark = document.createElement("mark");
    const name = document.createElement("small");
    mark.textContent = words;
    name.textContent = slot.replaceAll("_", " ");
    mark.append(name);
    return mark;
  }
  function pressable(words, label, data) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.setAttribute("aria-label", label);
    Object.assign(button.dataset, data);
    return button;
  }
  function tile(picture) {
    const box = document.createElement("li");
    const large = pressable("", `Enlarge picture ${picture + 1}`, { enlarge: picture });
    large.className = "lab-piece";
    const below = document.createElement("div");
    const number = document.createElement("span");
    number.textContent = picture + 1;
    const picks = ["best", "worst"].map((which) =>
      pressable(which === "best" ? "Best" : "Worst", `Picture ${picture + 1} is the ${which}`, { pick: which, picture }),
    );
    below.append(number, ...picks);
    box.append(large, below);
    return box;
  }
  function small(picture) {
    const box = document.createElement("li");
    const large = pressable("", `Enlarge picture ${picture + 1} and what its seed shows without the edit`, { enlarge: picture });
    large.className = "lab-piece";
    box.append(large);
    return box;
  }
  function fill(side, item) {
    const count = item.pictures;
    const image = new Image();
    image.addEventListener("load", () => {
      if (shown !== item) return;
      cuts[side] = Array.from({ length: count }, (_, i) => cut(image, i, item.across, count));
      [...part(`set-${side}`).children].forEach((box, i) => box.firstChild.replaceChildren(cuts[side][i]));
      if (viewer.isOpen()) drawViewer();
    });
    image.src = item.sheets[side];
  }
  function mark() {
    [...part("set-drawn").children].forEach((box, i) => box.classList.toggle("chosen", i === at));
  }
  // The viewer shows copies: a picture is in one place at a time.
  function drawViewer() {
    if (cuts.drawn.length) viewer.draw(cuts, at);
    ratings.draw();
  }
  function turn(way) {
    const count = shown.pictures;
    if (!count) return;
    at = at === null ? (way > 0 ? 0 : count - 1) : (at + way + count) % count;
    mark();
    if (viewer.isOpen()) drawViewer();
    else part("set-drawn").children[at].scrollIntoView({ block: "nearest" });
    say(`Picture ${at + 1} of ${count}.`);
  }
  function enlarge(picture) {
    if (viewer.isOpen()) {
      viewer.close();
      return;
    }
    if (!cuts.drawn.length) {
      say("The pictures are not here yet.");
      return;
    }
    at = picture ?? at ?? 0;
    mark();
    drawViewer();
    viewer.open();
  }
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rate], [data-pick], [data-enlarge]");
    if (!button) return;
    if (event.detail > 0 && !viewer.isOpen()) part("card").focus({ preventScroll: true }); // by pointer; the viewer gives it back
    const { rate, value, pick: which, picture, enlarge: large } = button.dataset;
    if (rate) ratings.rate(rate, Number(value));
    else if (which) ratings.pick(which, Number(picture));
    else enlarge(Number(large));
  });

  return {
    inViewer: ["previous", "next", "best", "worst", "enlarge"],
    isViewing: viewer.isOpen,
    refuse: () => ratings.warn("viewer-trouble"),
    meant: ratings.meant,
    give: ratings.give,
    leave: ratings.leave,
    bias: () => ratings.ask("bias"),
    quality: () => ratings.ask("quality"),
    best: () => ratings.pick("best", at),
    worst: () => ratings.pick("worst", at),
    previous: () => turn(-1),
    next: () => turn(1),
    enlarge: () => enlarge(),
    // Nothing of a set stays in the page once none is shown.
    clear() {
      if (!shown) return;
      viewer.clear();
      shown = null;
      cuts = { drawn: [], base: [] };
      for (const name of ["set-drawn", "set-base"]) part(name).replaceChildren();
    },
    draw(item) {
      const same = shown === item;
      shown = item;
      if (same) {
        ratings.show(item);
        return;
      }
      viewer.clear();
      cuts = { drawn: [], base: [] };
      at = null;
      part("set-prompt").replaceChildren(...item.prompt.map(piece));
      part("set-reference").textContent = item.reference ?? "";
      part("set-expected").hidden = item.reference === null;
      part("set-base-prompt").textContent = item.base ?? "";
      part("set-of-base").hidden = !item.base;
      const numbers = Array.from({ length: item.pictures }, (_, i) => i);
      part("set-drawn").replaceChildren(...numbers.map(tile));
      part("set-base").replaceChildren(...numbers.map(small));
      ratings.show(item);
      fill("drawn", item);
      fill("base", item);
    },
  };
}
