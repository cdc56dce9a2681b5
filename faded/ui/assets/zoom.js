// Looks closer at both pictures at once, at the same place: the pointer leads, or the middle where there is none.
// `part` finds the frames, the pictures and the item that holds them, by name.

const CLOSER = 3;

function mountZoom(element, part) {
  const frames = [part("frame-original"), part("frame-edited")];
  const pictures = [part("original"), part("edited")];
  let on = false;

  function place(x, y) {
    for (const picture of pictures) picture.style.transformOrigin = `${100 * x}% ${100 * y}%`;
  }
  function set(value) {
    on = value;
    for (const picture of pictures) picture.style.transform = on ? `scale(${CLOSER})` : "";
    element.querySelector("[data-act=zoom]").setAttribute("aria-pressed", String(on));
    part("item").classList.toggle("closer", on);
  }
  for (const frame of frames) {
    frame.addEventListener("pointermove", (event) => {
      const box = frame.getBoundingClientRect();
      place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    frame.addEventListener("click", () => set(!on));
  }
  place(0.5, 0.5);
  return { toggle: () => set(!on) };
}
