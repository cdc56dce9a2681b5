// Events that the server has not acknowledged yet. Each lies in localStorage under its own key until the server says
// that it is committed, so a closed tab, a reload or a dead server loses nothing; the server counts a key only once.

const RETRY_MS = [300, 700, 1500, 3000, 5000];
const ANSWER_MS = 15000;
const MOST_EVENTS = 32; // sent at once: one commit for what a fast hand did while the one before was on its way

function withTimeout(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function makeOutbox(workspace, send, onChange, onAnswer, onSent) {
  const prefix = `faded/${workspace}/`;
  let events = [];
  let busy = false;
  let misses = 0;
  let last = 0;

  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(prefix)) continue;
    try {
      events.push(JSON.parse(localStorage.getItem(name)));
    } catch {
      localStorage.removeItem(name);
    }
  }
  events.sort((one, other) => one.at - other.at);

  async function pump() {
    if (busy || !events.length) return;
    busy = true;
    const sent = events.slice(0, MOST_EVENTS);
    let answer = null;
    try {
      answer = await withTimeout(send(sent));
    } catch {
      answer = null;
    }
    busy = false;
    if (answer?.ok) {
      misses = 0;
      for (const [i, event] of sent.entries()) {
        events.shift();
        localStorage.removeItem(prefix + event.key);
        onAnswer(event, answer.events[i]);
      }
      onSent(answer);
      onChange({ waiting: events.length, offline: false });
      pump();
    } else {
      misses += 1;
      onChange({ waiting: events.length, offline: true, reason: answer?.message });
      setTimeout(pump, RETRY_MS[Math.min(misses, RETRY_MS.length) - 1]);
    }
  }

  return {
    add(event) {
      last = Math.max(last + 1, Date.now());
      event.at = last;
      event.key = window.faded.key();
      events.push(event);
      localStorage.setItem(prefix + event.key, JSON.stringify(event));
      onChange({ waiting: events.length, offline: misses > 0 });
      pump();
      return event.key;
    },
    concerns: (proposal) => events.some((event) => event.proposal === proposal && (event.kind === "verdict" || event.kind === "skip")),
    mentions: (proposal) => events.some((event) => event.proposal === proposal),
    size: () => events.length,
    pump,
  };
}
