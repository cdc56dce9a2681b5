// What the page Landscape does in the browser: hints, arrow keys in the map, focus that survives a redraw, and the
// choice of modes, which is saved as it is made.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function tryOut(part) {
  if (part?.dataset.try)
    part.closest(".f-page").dispatchEvent(new CustomEvent("f-try", { detail: JSON.parse(part.dataset.try) }));
}

// Settings that are buttons: a press puts them on the sliders of the card Try a setting.
function mountTries(element) {
  element.addEventListener("click", (event) => tryOut(event.target.closest("button[data-try]")));
}

function mountMap(element) {
  element.addEventListener("click", (event) => tryOut(event.target.closest(".heat-cell")));
  element.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".heat-cell");
    if (event.key === "Enter") tryOut(cell);
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
}

// One hint for everything with data-tip, kept inside the window.
function mountTips(page) {
  const EDGE = 8, GAP = 8;
  const tip = document.createElement("div");
  tip.className = "f-tip";
  tip.setAttribute("aria-hidden", "true");
  page.append(tip);
  let over = null;
  const hide = () => {
    tip.classList.remove("on");
    over = null;
  };
  function show(event) {
    const part = event.target.closest?.("[data-tip]");
    if (!part || part === over) return;
    over = part;
    tip.textContent = part.dataset.tip;
    tip.classList.add("on");
    const box = part.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const left = box.left + box.width / 2 - own.width / 2;
    const above = box.top - own.height - GAP;
    tip.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - own.width - EDGE))}px`;
    tip.style.top = `${above < EDGE ? box.bottom + GAP : above}px`;
  }
  page.addEventListener("pointerover", show);
  page.addEventListener("focusin", show);
  page.addEventListener("pointerout", hide);
  page.addEventListener("focusout", hide);
  page.addEventListener("pointerdown", (event) => event.target.closest(".cube") && hide());
  document.addEventListener("scroll", hide, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

// A redraw replaces elements: the one that had the focus gets it back, and what was folded out stays so.
function mountMemory(page) {
  const open = new Map();
  let kept = null;
  page.addEventListener("focusin", (event) => {
    const host = event.target.closest("[id]")?.id;
    kept = event.target.dataset.key ? { host, key: event.target.dataset.key } : null;
  });
  page.addEventListener("focusout", (event) => setTimeout(() => event.target.isConnected && left(event.target)));
  const left = (part) => {
    if (document.activeElement !== part && kept?.key === part.dataset.key) kept = null;
  };
  page.addEventListener("toggle", ({ target }) => target.dataset.key && open.set(target.dataset.key, target.open), true);
  function restore() {
    for (const part of page.querySelectorAll("details[data-key]"))
      if (open.has(part.dataset.key) && part.open !== open.get(part.dataset.key)) part.open = open.get(part.dataset.key);
    if (!kept || (document.activeElement && document.activeElement !== document.body)) return;
    const again = document.querySelector(`#${kept.host} [data-key="${CSS.escape(kept.key)}"]`);
    if (!again) return;
    if (again.tabIndex < 0) again.tabIndex = 0;
    again.focus({ preventScroll: true });
  }
  new MutationObserver(restore).observe(page, { childList: true, subtree: true });
}

function mountChoice(element, server) {
  let queue = Promise.resolve();
  const say = (words) => {
    const box = element.querySelector(".fade-said");
    if (box) box.textContent = words;
  };
  async function save(modes, box) {
    const answer = await server.landscape_choose({ round: window.faded.shown(), modes }).catch(() => null);
    if (answer?.ok) document.querySelector("#f-refresh")?.click();
    else {
      box.checked = !box.checked;
      say(answer?.message ?? "Not saved: no connection. Try again.");
    }
  }
  element.addEventListener("change", (event) => {
    const box = event.target.closest("input[data-mode]");
    if (!box) return;
    const ticked = [...element.querySelectorAll("input[data-mode]:checked")].map((one) => one.dataset.mode);
    say("");
    queue = queue.then(() => save(ticked, box));
  });
}
