// Turns the pages of the document: the address says which page (#label) and which round (?round=3) is looked at.
window.faded = (() => {
  const PAGES = ["run", "label", "landscape", "repair", "verify"];
  const root = document.documentElement;
  const turned = [];
  const changed = [];
  let chosen = new URLSearchParams(location.search).get("round");

  const named = () => {
    const name = location.hash.replace("#", "");
    return PAGES.includes(name) ? name : "run";
  };
  // Gradio sets a title of its own while it starts, so this is said again once the first drawing is there.
  function title() {
    const name = named();
    document.title = `${name[0].toUpperCase()}${name.slice(1)} · Faded`;
  }
  function turn() {
    const name = named();
    const same = root.dataset.page === name;
    root.dataset.page = name;
    title();
    for (const link of document.querySelectorAll("#f-nav a")) {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (same) return;
    window.scrollTo(0, 0);
    document.querySelector(`#page-${name} h1`)?.focus({ preventScroll: true });
    refresh();
    for (const listener of turned) listener(name);
  }
  const number = (round) => (round === null || round === undefined ? null : Number(round));
  const refresh = () => document.querySelector("#f-refresh")?.click();

  // The server says which round it drew; a link may ask for another one.
  const drawn = () => document.querySelector("#f-now .f-now");
  const shown = () => drawn()?.dataset.round ?? null;
  let last;
  function follow() {
    if (!drawn() || shown() === last) return;
    last = shown();
    chosen = null; // drawn, whatever was asked for before
    title();
    if (last !== null) {
      const address = new URL(location.href);
      address.searchParams.set("round", last);
      history.replaceState(null, "", address);
    }
    for (const listener of changed) listener();
  }
  new MutationObserver(follow).observe(root, { childList: true, subtree: true });
  // The document has a base address, against which "#label" alone would lose the round and load everything anew.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const asked = link.dataset.openRound ?? null;
    if (asked !== null) chosen = asked === shown() ? null : asked;
    if (location.hash === link.getAttribute("href")) refresh();
    else location.hash = link.getAttribute("href");
  });
  window.addEventListener("hashchange", turn);
  turn();

  return {
    page: named,
    shown,
    drawn: () => Boolean(drawn()),
    // The round to draw: one that was asked for, until it is drawn, else the one that is shown. The picker's own value
    // follows the drawing a moment later, so it counts only when a person has just set it.
    round: () => number(chosen ?? last),
    pick(picked) {
      chosen = picked;
      return number(picked);
    },
    onTurn: (listener) => turned.push(listener),
    onRound: (listener) => changed.push(listener),
  };
})();
