// Copies a path, and saves the figure of all modes as a picture, as it is shown.
element.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const said = element.querySelector("[data-said]");
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
      copy.textContent = said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(copy.previousElementSibling);
      copy.textContent = said.textContent = "Selected: copy it by key";
    }
    return;
  }
  if (event.target.closest("[data-png]")) savePicture(element.querySelector(".o-matrix"));
});

function savePicture(figure) {
  const SCALE = 2;
  const EDGE = 16;
  const outer = figure.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = (outer.width + 2 * EDGE) * SCALE;
  canvas.height = (outer.height + 2 * EDGE) * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = getComputedStyle(document.body).getPropertyValue("--f-surface");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(EDGE - outer.left, EDGE - outer.top);
  pen.textBaseline = "middle";
  for (const part of figure.querySelectorAll(".o-tile, .o-tile b, .o-name > *")) {
    const box = part.getBoundingClientRect();
    const style = getComputedStyle(part);
    if (part.classList.contains("o-tile")) {
      if (style.outlineStyle === "none") continue;
      pen.strokeStyle = style.outlineColor;
      pen.lineWidth = 2;
      pen.setLineDash(style.outlineStyle === "dashed" ? [4, 3] : []);
      pen.strokeRect(box.left - 1, box.top - 1, box.width + 2, box.height + 2);
      continue;
    }
    const tile = part.parentElement.classList.contains("o-tile");
    if (tile) {
      pen.fillStyle = style.backgroundColor;
      pen.fillRect(box.left, box.top, box.width, box.height);
    }
    if (parseFloat(style.fontSize) === 0) continue;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.fillStyle = style.color;
    pen.textAlign = tile ? "center" : "left";
    pen.fillText(part.textContent, tile ? box.left + box.width / 2 : box.left, box.top + box.height / 2 + 0.5);
  }
  saveCanvas(canvas, figure.dataset.name);
}
