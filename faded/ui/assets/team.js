// What the page Team does: forms that are sent to the server, and what is typed into them, which survives a redraw.
const page = document.querySelector("#page-team");
const kept = new Map();
const keys = new Map(); // of adjudications under way, by proposal

const refresh = () => document.querySelector("#f-refresh")?.click();
const values = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name.startsWith("verdict-") ? "verdict" : name, value]));
const say = (form, words) => {
  const place = form.querySelector(".o-wrong");
  if (place) place.textContent = words;
};

async function send(call, given, form) {
  say(form, "");
  const answer = await call(given).catch(() => null);
  if (answer && !answer.ok) keys.delete(given.proposal); // refused: what is sent next is another one
  if (!answer?.ok) say(form, answer?.message ?? "Not saved: no connection. Try again.");
  return answer?.ok ? answer : null;
}
function forget(form) {
  for (const part of form.querySelectorAll("[data-keep]")) kept.delete(part.dataset.keep);
}

page.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, given = values(form), round = window.faded.shown();
  if (form.dataset.adjudicate !== undefined) {
    const proposal = form.dataset.adjudicate;
    if (!keys.has(proposal)) keys.set(proposal, crypto.randomUUID()); // sent again after a lost answer, it counts once
    const answer = await send(server.team_adjudicate, { ...given, proposal, key: keys.get(proposal) }, form);
    if (!answer) return;
    keys.delete(proposal);
    forget(form);
    refresh();
  } else if (form.dataset.rules !== undefined) {
    if (!(await send(server.team_rules, { ...given, round }, form))) return;
    forget(form);
    refresh();
  } else if (form.dataset.send !== undefined) {
    if (!(await send(server[form.dataset.send], { ...given, ...form.dataset, round }, form))) return;
    forget(form);
    refresh();
  } else if (form.dataset.invite !== undefined) invited(await send(server.team_invite, given, form));
});

function invited(answer) {
  if (!answer) return;
  const place = page.querySelector(".t-link"), link = new URL(answer.path, location.origin).href;
  place.replaceChildren(`Send this link to one person. It can be used once, within ${answer.days} days: `, Object.assign(document.createElement("code"), { textContent: link }), " ", Object.assign(document.createElement("button"), { type: "button", className: "f-save", textContent: "Copy", onclick: () => navigator.clipboard.writeText(link) }));
}

async function change(part, more) {
  const { account: name, do: what } = part.dataset;
  const form = page.querySelector("[data-invite]");
  if (what === "password") return invited(await send(server.team_invite, { name }, form));
  if (await send(server.team_account, { name, do: what, ...more }, form)) return refresh();
  for (const option of part.options ?? []) option.selected = option.defaultSelected; // as it was
}
page.addEventListener("click", (event) => {
  const part = event.target.closest("button[data-account]");
  if (part) change(part, {});
});
page.addEventListener("change", (event) => {
  if (event.target.matches("select[data-account]")) change(event.target, { role: event.target.value });
});

// A redraw may take a row's nodes for the row that stands in its place now: nothing of the other's is left in them.
function asGiven(part) {
  if (part.type === "radio") part.checked = part.defaultChecked;
  else if (part.options) for (const option of part.options) option.selected = option.defaultSelected;
  else if (part !== document.activeElement) part.value = part.defaultValue;
}

// What was typed and is not sent yet is put back after a redraw.
page.addEventListener("input", ({ target }) => {
  if (!target.dataset.keep) return;
  if (target.type === "radio") for (const other of page.querySelectorAll(`input[name="${CSS.escape(target.name)}"]`)) kept.set(other.dataset.keep, other.checked);
  else kept.set(target.dataset.keep, target.value);
  for (const part of target.form?.querySelectorAll("input[type=hidden][data-keep]") ?? []) // what was before the person
    if (!kept.has(part.dataset.keep)) kept.set(part.dataset.keep, part.value);
});
page.addEventListener("toggle", ({ target }) => target.dataset.fold && kept.set(target.dataset.fold, target.open), true);
new MutationObserver(() => {
  for (const part of page.querySelectorAll("details[data-fold]")) if (part.open !== (kept.get(part.dataset.fold) ?? false)) part.open = !part.open;
  for (const part of page.querySelectorAll("[data-keep]")) {
    const was = kept.get(part.dataset.keep);
    if (was === undefined) asGiven(part);
    else if (part.type === "radio") part.checked = was;
    else if (part !== document.activeElement) part.value = was;
  }
}).observe(page, { childList: true, subtree: true });
