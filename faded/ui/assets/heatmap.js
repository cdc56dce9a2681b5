// Arrow keys move between the cells of the map, so that its figures can be had without a mouse.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

element.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".heat-cell");
  const step = STEPS[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentElement) + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]];
  if (next?.classList.contains("heat-cell")) {
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
});
