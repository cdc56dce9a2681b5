// The labeling card: shows prefetched items at once, hands verdicts to the outbox, listens to keys.

const SAID = {
  confirm: "Confirmed", reject: "Rejected", invalid: "Marked invalid", unsure: "Marked unsure", skip: "Skipped",
};
const AHEAD = { picture: 8, text: 8, pictures: 3 }; // items held in the page: a set of pictures may be large
const OF_EVIDENCE = ["zoom", "removed", "bias", "quality", "best", "worst", "previous", "next", "enlarge"]; // asks no server
const BLINK_MS = 300; // an item shown for less may still be exchanged: nobody has judged it yet
const REFRESH_MS = 4000; // how often an empty queue or a lost connection is tried again

function mountLabel(element, server) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const state = { queue: [], history: [], empty: null, fetching: false, outbox: null, round: null, labels: [], guidelines: null, evidence: "picture", guide: "picture", gated: false };
  const settled = new Map(); // proposal -> when its verdict or skip was acknowledged: an older answer may still list it

  const keys = mountKeys(element);
  const { progress, saved, notice } = mountProgress(part);
  const guide = mountGuide(part);
  const look = mountLook();
  const say = (words) => text("live", words);
  const evidence = { picture: mountPictures(element, part), text: mountTexts(element, part), pictures: mountDrawn(element, part, say) };
  const practice = mountPractice(element, () => withTimeout(server.label_practice({ guide: state.guide })), () => show(), (words) => trouble(words));

  // --- drawing
  const text = (name, value) => (part(name).textContent = value);
  function trouble(message) {
    part("trouble").hidden = !message;
    text("trouble-text", message || "");
  }
  function show() {
    const practised = practice.current();
    const item = practised ?? state.queue[0];
    Object.assign(part("card").dataset, { evidence: item?.evidence ?? state.evidence, guide: state.guide, generated: window.faded.generated.said() });
    part("item").classList.toggle("bare", !item);
    part("other").hidden = !item && !state.history.length;
    part("gate").hidden = Boolean(item) || !state.gated;
    part("empty").hidden = Boolean(item) || state.gated || !state.empty;
    for (const act of ["skip", "flag", "correct"]) element.querySelector(`[data-act="${act}"]`).disabled = !item || Boolean(practised);
    element.querySelector('[data-act="undo"]').disabled = Boolean(practised);
    look.begin();
    if (!item) {
      evidence.pictures.clear();
      if (state.empty) {
        text("empty-head", state.empty.head);
        text("empty-text", state.empty.text);
      }
      return;
    }
    part("item").dataset.proposal = item.id;
    evidence[item.evidence].draw(item);
    part("flagged").hidden = !item.flag;
    text("flagged", item.flag ? `Flagged: ${item.flag}` : "");
  }

  // --- items
  const consent = window.faded.generated.allowed;
  const shut = () => state.evidence === "pictures" && !consent();
  const looked = () => `${window.faded.shown()} ${consent()}`; // an answer to what was looked at before is of no use
  const wish = () => ({ want: AHEAD[state.evidence] + (state.outbox?.size() ?? 0), have: state.queue.map((item) => item.id), consent: consent() });
  // The server's order is the queue. What lies before the person stays, unless it has only just appeared.
  function arrange(answer, asked) {
    if (!answer.order) return;
    const known = new Map([...state.queue, ...(shut() ? [] : answer.items)].map((item) => [item.id, item]));
    const listed = answer.order.filter((id) => known.has(id) && free(id, asked));
    const current = state.queue[0];
    const stays = current && (listed.includes(current.id) || state.outbox.mentions(current.id) || look.ms() > BLINK_MS);
    const ids = stays ? [current.id, ...listed.filter((id) => id !== current.id)] : listed;
    state.queue = ids.map((id) => known.get(id));
    Object.assign(state, { empty: answer.empty, gated: Boolean(answer.gated) && !consent() });
    progress(answer.progress);
    notice(answer.notice);
    if (answer.message) trouble(answer.message);
    if (state.queue[0] !== current || !current) show();
  }
  function free(id, asked) {
    return (settled.get(id) ?? -Infinity) < asked && !state.outbox.concerns(id);
  }
  // The frame says which round is shown; another one begins with an empty hand.
  function follow() {
    const shown = window.faded.shown();
    if (shown === null || state.round === null || Number(shown) === state.round) return;
    Object.assign(state, { queue: [], history: [], empty: null, gated: false, round: Number(shown) });
    settled.clear();
    show();
  }
  async function fetchItems() {
    if (state.fetching || window.faded.page() !== "label" || !window.faded.drawn()) return;
    follow();
    state.fetching = true;
    const asked = performance.now();
    const before = looked();
    try {
      const answer = await withTimeout(server.label_next({ round: state.round ?? window.faded.shown(), ...wish() }));
      if (looked() !== before) return;
      if (!answer.ok) {
        trouble(answer.message);
        return;
      }
      if (!state.outbox) start(answer.workspace);
      state.round = answer.round;
      state.labels = answer.labels ?? [];
      state.guidelines = answer.guidelines;
      guide(answer);
      state.evidence = answer.evidence ?? state.evidence;
      state.guide = answer.guide ?? state.guide;
      if (answer.round === null) {
        state.empty = answer.empty;
        show();
      } else arrange(answer, asked);
      if (state.outbox.size() === 0) saved({ waiting: 0, offline: false });
    } catch {
      saved({ waiting: state.outbox?.size() ?? 0, offline: true });
    } finally {
      state.fetching = false;
      if (looked() !== before) fetchItems();
    }
  }
  function start(workspace) {
    const send = async (events) => {
      const about = { asked: performance.now(), before: looked() };
      return { ...(await server.label_send({ events, round: state.round, ...wish() })), ...about };
    };
    state.outbox = makeOutbox(workspace, send, saved, acknowledged, sent);
    state.outbox.pump();
  }
  function bringBack(item) {
    if (shut() || state.queue.some((held) => held.id === item.id)) return;
    state.queue.unshift(item);
    show();
  }
  function sent(answer) {
    if (!answer.ok) return;
    part("last").hidden = !answer.last;
    text("last", answer.last ?? "");
    if (answer.message) trouble(answer.message);
    if (looked() !== answer.before) fetchItems();
    else if (answer.round === state.round) {
      arrange(answer, answer.asked);
      if (answer.guidelines !== state.guidelines) fetchItems(); // with their words
    }
  }
  function acknowledged(event, answer) {
    if (!answer.ok) {
      trouble(`Not saved: ${answer.message}`);
      const at = state.history.findIndex((done) => done.key === event.key);
      if (at < 0) return;
      const [back] = state.history.splice(at, 1);
      if (event.kind === "flag") back.item.flag = null;
      bringBack(back.item);
      return;
    }
    const undone = state.queue.some((item) => item.id === event.proposal);
    if ((event.kind === "verdict" || event.kind === "skip") && !undone) settled.set(event.proposal, performance.now());
    if (answer.item && !state.outbox.concerns(answer.item.id)) {
      settled.delete(answer.item.id);
      bringBack(answer.item);
    } else if (event.kind === "undo" && !event.proposal && !answer.item) say("There is nothing to undo.");
  }

  // --- actions
  function settle(kind, verdict, right) {
    const item = state.queue[0];
    if (!item || !state.outbox) return;
    const event = { kind, round: state.round, proposal: item.id, visible_ms: look.ms(), guidelines: state.guidelines };
    if (verdict) event.verdict = verdict;
    if (right) event.answer = right;
    if (verdict && ratingsOf(item)) event.ratings = ratingsOf(item);
    state.queue.shift();
    state.history.push({ item, kind, key: state.outbox.add(event) });
    trouble("");
    say(`${SAID[verdict ?? kind]}. ${state.queue.length ? state.queue[0].setting : ""}`);
    show();
  }
  // A sheet was opened for one item: what it says is of no other.
  function confirmAs(id, right) {
    if (state.queue[0]?.id === id) settle("verdict", "confirm", right);
    else trouble("Another item has taken this one's place, so nothing was confirmed: look again.");
    part("card").focus({ preventScroll: true });
  }
  const corrector = mountCorrector(element, confirmAs);
  let picking = null;
  const picker = mountPicker(element, (right) => confirmAs(picking, right));
  // Without a reference, to confirm a picture is to say which answer is right.
  function confirm() {
    const item = state.queue[0];
    if (!item || item.reference !== null || item.evidence !== "picture") settle("verdict", "confirm");
    else {
      picking = item.id;
      picker.open(state.labels, item.clean_answer, item.answer);
    }
  }
  function undo() {
    if (!state.outbox) return;
    const done = state.history.pop();
    trouble("");
    if (done) {
      settled.delete(done.item.id);
      if (done.kind === "flag") done.item.flag = null;
      state.queue = [done.item, ...state.queue.filter((item) => item.id !== done.item.id)];
      show();
    }
    state.outbox.add({ kind: "undo", round: state.round, proposal: done?.item.id ?? null, voids: done?.key ?? null, consent: consent() });
    say("Undone.");
  }
  const flag = mountFlag(element, (reason) => {
    const item = state.queue[0];
    if (!item || !state.outbox) return;
    const key = state.outbox.add({ kind: "flag", round: state.round, proposal: item.id, reason });
    state.history.push({ item, kind: "flag", key });
    item.flag = reason;
    const seen = look.ms();
    show();
    look.begin(seen);
    say("Flagged.");
  });
  function act(name) {
    const practised = practice.current();
    const item = practised ?? state.queue[0];
    if (name === "help") keys.open();
    else if (name === "practise") practice.toggle();
    else if (OF_EVIDENCE.includes(name)) evidence[item?.evidence]?.[name]?.();
    else if (practised) {
      if (name in SAID && name !== "skip") practice.judge(name);
    } else if (name === "undo") shut() || undo();
    else if (!item) return;
    else if (name === "flag") flag.open();
    else if (name === "correct") item.evidence === "text" && corrector.open(item);
    else if (name === "skip") settle("skip");
    else if (name === "confirm") confirm();
    else settle("verdict", name);
    flash(name);
  }
  function flash(name) {
    const button = element.querySelector(`[data-act="${name}"]`);
    if (!button) return;
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 160);
  }

  // --- keys and clicks
  function onKey(event) {
    if (!element.isConnected) {
      document.removeEventListener("keydown", onKey);
      return;
    }
    const name = keys.meant(event);
    const drawn = part("item").classList.contains("bare") || part("card").dataset.evidence !== "pictures" ? null : evidence.pictures;
    const rating = keys.pressed(event) === null ? undefined : drawn?.meant(event, name);
    if (!name && rating === undefined) return;
    if (window.faded.page() !== "label" || event.defaultPrevented) return;
    if (name === "help" && part("help-sheet").open) {
      event.preventDefault();
      part("help-sheet").close();
    }
    if (event.defaultPrevented || document.querySelector("dialog[open]:not([data-f=viewer])")) return;
    // A sheet that has just closed keeps the focus until the next drawing: it is nowhere then.
    const focus = event.target.closest?.("dialog:not([open])") ? document.body : event.target;
    if (focus.isContentEditable || focus.closest?.("input, textarea, select, [contenteditable='true']")) return;
    if (event.key === " " && focus.closest?.("button, summary, a")) return;
    if (drawn?.isViewing() && !drawn.inViewer.includes(name)) {
      if (name) drawn.refuse();
      return;
    }
    event.preventDefault();
    if (rating !== undefined) drawn.give(rating);
    else {
      if (name !== "bias" && name !== "quality") drawn?.leave();
      act(name);
    }
  }
  document.addEventListener("keydown", onKey);
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    if (event.detail > 0) part("card").focus({ preventScroll: true }); // space is a key; a sheet gives the focus back
    act(button.dataset.act);
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? look.away() : look.again()));
  window.addEventListener("online", () => state.outbox?.pump());

  setInterval(() => {
    if (element.isConnected && !document.hidden && !state.queue.length) fetchItems();
  }, REFRESH_MS);
  window.faded.onTurn((page) => {
    look.away();
    look.again();
    if (page === "label") fetchItems();
  });
  window.faded.onRound(fetchItems);
  // Pictures that may not be shown any more are put away, with what was said of them.
  window.faded.generated.onSaid(() => {
    if (shut()) Object.assign(state, { queue: [], history: [], gated: true });
    show();
    fetchItems();
  });
  fetchItems();
}
