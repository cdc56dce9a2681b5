// Three items to practise on: judged here, with the reason at once; nothing of it is sent or kept.

function mountPractice(element, fetchItems, show, trouble) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  let items = [];
  let at = 0;

  const current = () => items[at] ?? null;
  function say(head, text, look) {
    part("practice").hidden = false;
    part("practice").className = `f-note lab-practice ${look}`;
    part("practice-head").textContent = head;
    part("practice-text").textContent = text;
  }
  function end(head, text) {
    items = [];
    if (head) say(head, text, "good");
    else part("practice").hidden = true;
    element.querySelector(".lab-practice button").hidden = true;
    show();
  }
  async function begin() {
    try {
      const answer = await fetchItems();
      items = answer.items;
    } catch {
      trouble("The practice items did not arrive: is the app still running?");
      return;
    }
    at = 0;
    element.querySelector(".lab-practice button").hidden = false;
    say("Practice 1 of 3.", "Give your verdict as you would on a real one. Nothing is kept.", "");
    show();
  }
  function judge(verdict) {
    const item = current();
    if (verdict !== item.verdict) {
      say("Look again.", item.why, "warn");
      return;
    }
    at += 1;
    if (current()) {
      say(`Right. ${item.why}`, `Practice ${at + 1} of ${items.length}.`, "good");
      show();
    } else end(`Right. ${item.why}`, "That was the last one: from here on verdicts count.");
  }

  return { current, judge, toggle: () => (current() ? end() : begin()) };
}
