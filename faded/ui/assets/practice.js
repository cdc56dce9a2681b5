// Three items to practise on: judged here, with the reason at once; nothing of it is sent or kept. An item that was
// judged rightly stays beside its reason until the person goes on.

function mountPractice(element, fetchItems, show, trouble) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const next = part("practice-next");
  let items = [];
  let at = 0;
  let judged = false;

  const current = () => items[at] ?? null;
  function say(head, text, look) {
    part("practice").hidden = false;
    part("practice").className = `f-note lab-practice ${look}`;
    part("practice-head").textContent = head;
    part("practice-text").textContent = text;
    next.hidden = !judged;
    part("practice-stop").hidden = !current();
    part("practice").scrollIntoView({ block: "nearest" });
  }
  function end() {
    items = [];
    judged = false;
    part("practice").hidden = true;
    show();
  }
  function lay(number, how) {
    at = number;
    judged = false;
    say(`Practice ${at + 1} of ${items.length}.`, [current().hint, how].filter(Boolean).join(" "), "");
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
    lay(0, "Give your verdict as you would on a real one. Nothing is kept.");
  }
  function judge(verdict) {
    const item = current();
    if (judged) onward();
    else if (verdict !== item.verdict) say("Look again.", item.why, "warn");
    else {
      judged = true;
      const last = at + 1 === items.length ? " That was the last one: after Next, verdicts count." : "";
      say("Right.", item.why + last, "good");
      next.focus({ preventScroll: true });
    }
  }
  function onward() {
    part("card").focus({ preventScroll: true }); // the button goes
    if (at + 1 < items.length) {
      lay(at + 1);
      return;
    }
    end();
    say("Practice is over.", "From here on verdicts count.", "good");
  }
  next.addEventListener("click", onward);

  return { current, judge, toggle: () => (current() ? end() : begin()) };
}
