// Turns the pages of the document: the address says which page (#label) and which round (?round=3) is looked at.
window.faded = (() => {
  const PAGES = ["run", "label", "landscape", "repair", "verify", "new", "team"];
  const root = document.documentElement;
  const turned = [];
  const changed = [];
  const given = new URLSearchParams(location.search).get("round");
  const LATE_MS = 60000; // an answer that has not come by then does not come any more
  let turns = 0; // events sent to the server
  const open = new Map(); // those whose answer was not seen yet, with the time
  let settled = false; // whether the page was as the server drew it last when the latest event was sent
  let chosen = {}; // what the person chose last, by the chooser's place
  let wanted = /^\d{1,15}$/.test(given ?? "") ? String(Number(given)) : null; // the round that the person looks at, as the server is asked for it

  const named = () => {
    const name = location.hash.replace("#", "");
    return PAGES.includes(name) ? name : "run";
  };
  // Gradio sets a title of its own while it starts, so this is said again once the first drawing is there.
  function title() {
    const name = named();
    document.title = `${name[0].toUpperCase()}${name.slice(1)} · Faded`;
  }
  function light() {
    for (const link of document.querySelectorAll("#f-nav a")) {
      if (link.hash === `#${named()}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
  function turn() {
    const name = named();
    const same = root.dataset.page === name;
    root.dataset.page = name;
    title();
    light();
    if (same) return;
    window.scrollTo(0, 0);
    document.querySelector(`#page-${name} h1`)?.focus({ preventScroll: true });
    refresh();
    for (const listener of turned) listener(name);
  }
  const number = (round) => (round === null || round === undefined ? null : Number(round));
  const refresh = () => document.querySelector("#f-refresh")?.click();

  // The server says which round it drew, and for which it was asked: an answer that comes too late is asked for again.
  const drawn = () => document.querySelector("#f-now .f-now");
  const shown = () => drawn()?.dataset.round ?? null;
  let told = null;
  let last;
  let again = null;
  function follow() {
    if (!drawn()) return light(); // the server has drawn nothing yet, and does not know which page is looked at
    const { round = null, asked, moved } = drawn().dataset;
    if (told === `${round} ${asked} ${moved}`) return;
    told = `${round} ${asked} ${moved}`;
    if (moved === undefined && asked !== (wanted ?? "")) {
      again ??= setTimeout(() => {
        again = null;
        refresh();
      }, 200);
      return;
    }
    wanted = round;
    if (round === last) return;
    last = round;
    chosen = {};
    title();
    document.querySelector("#f-lost")?.remove();
    if (moved === undefined && asked && round !== null && asked !== round) lost(asked);
    if (round !== null) {
      const address = new URL(location.href);
      address.searchParams.set("round", round);
      history.replaceState(null, "", address);
    }
    for (const listener of changed) listener();
  }
  const answered = (last) => (last ? JSON.parse(last).turn : 0);
  const drew = (last) => open.delete(answered(last));
  function lost(asked) {
    const said = document.createElement("div");
    Object.assign(said, { id: "f-lost", className: "f-note warn", textContent: `There is no round ${asked} here: this is the newest one.` });
    said.setAttribute("role", "status");
    document.querySelector("#f-message").before(said);
  }
  // An event that stays without an answer may have been refused, for the session was ended: then that is said.
  const UNANSWERED_MS = 5000;
  const ANSWER_MS = 5000;
  let asking = null; // the question under way
  const out = () => (asking ??= look().finally(() => (asking = null)));
  async function look() {
    const answer = await fetch("config", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
    const before = document.querySelector("#f-out");
    if (answer && answer.status !== 403) before?.remove();
    if (answer?.status !== 403) return false;
    if (before) return true;
    const said = Object.assign(document.createElement("div"), { id: "f-out", className: "f-note warn" });
    said.setAttribute("role", "alert");
    said.append("You are not signed in any more. What you have said is kept in this browser, and sent once you have ", Object.assign(document.createElement("a"), { href: "/", textContent: "signed in again" }), ".");
    document.querySelector("#f-message").before(said);
    return true;
  }
  setInterval(() => {
    if ([...open.values()].some((at) => Date.now() - at > UNANSWERED_MS)) out();
  }, 2000);
  new MutationObserver(follow).observe(root, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-round", "data-asked", "data-moved"],
  });
  // The document has a base address, against which "#label" alone would lose the round and load everything anew.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    wanted = link.dataset.openRound ?? wanted;
    if (location.hash === link.getAttribute("href")) refresh();
    else location.hash = link.getAttribute("href");
  });
  window.addEventListener("hashchange", turn);
  turn();

  return {
    page: named,
    shown,
    drawn: () => Boolean(drawn()),
    // The picker's own value follows the drawing a moment later, so it counts only when a person has just set it.
    round: () => number(wanted),
    pick(picked) {
      wanted = String(picked);
      return number(wanted);
    },
    // What the answer drawn last has left here goes with every event, and the event's number: see had.py. While an
    // older answer may still come and overdraw it, the page has nothing that counts.
    has(last) {
      drew(last);
      for (const [turn, at] of open) if (Date.now() - at > LATE_MS) open.delete(turn);
      settled = !open.size && answered(last) === turns;
      open.set(++turns, Date.now());
      return JSON.stringify({ turn: turns, last: open.size > 1 ? "" : last });
    },
    drew,
    // A random key; crypto.randomUUID is there only where the page came over https or from this machine.
    key: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    // Says so where the person is not signed in any more; returns whether that is so.
    out,
    // An answer to an event before a choice may come after it and set a chooser back: the choice goes with every event.
    // What else belongs to it is as the page shows it, if that is what the server drew last, else as it was chosen.
    choose(values, place, together) {
      for (const other of together) if (settled || !(other in chosen)) chosen[other] = values[other];
      chosen[place] = values[place];
      return window.faded.chosen(values);
    },
    chosen: (values) => values.map((value, place) => (place in chosen ? chosen[place] : value)),
    onTurn: (listener) => turned.push(listener),
    onRound: (listener) => changed.push(listener),
  };
})();
