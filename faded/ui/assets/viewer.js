// One picture of a set large, beside what the same seed shows without the edit.

function mountViewer(part, onTurn) {
  const sheet = part("viewer");
  const sides = ["drawn", "base"];

  function draw(cuts, at) {
    part("viewer-title").textContent = `Picture ${at + 1} of ${cuts.drawn.length}`;
    for (const side of sides) {
      const picture = cuts[side][at];
      part(`viewer-figure-${side}`).hidden = !picture;
      if (picture) part(`viewer-${side}`).replaceChildren(copyOf(picture));
    }
    for (const button of sheet.querySelectorAll("[data-pick]")) button.dataset.picture = at;
  }
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // beside it
  });
  part("viewer-close").addEventListener("click", () => sheet.close());
  part("viewer-previous").addEventListener("click", () => onTurn(-1));
  part("viewer-next").addEventListener("click", () => onTurn(1));

  return {
    draw,
    isOpen: () => sheet.open,
    close: () => sheet.close(),
    clear() {
      sheet.close();
      for (const side of sides) part(`viewer-${side}`).replaceChildren();
    },
    open() {
      sheet.showModal();
      sheet.focus();
    },
  };
}

const SMALL = 200; // pixels: a smaller picture is enlarged without smoothing

// A piece of a sheet as a picture of its own.
function cut(image, at, across, count) {
  const [width, height] = [image.naturalWidth / across, image.naturalHeight / Math.ceil(count / across)];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.className = width < SMALL ? "sharp" : "";
  const [left, top] = [(at % across) * width, Math.floor(at / across) * height];
  canvas.getContext("2d").drawImage(image, left, top, width, height, 0, 0, width, height);
  return canvas;
}
function copyOf(canvas) {
  const copy = canvas.cloneNode();
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}
