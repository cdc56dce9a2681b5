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

// Asks the server; what is wrong is told by `trouble`.
async function send(work, given, trouble) {
  trouble("");
  const answer = await work(given).catch(() => null);
  if (answer && !answer.ok) keys.delete(given.proposal); // refused: what is sent next is another one
  if (!answer?.ok) trouble(answer?.message ?? "Not saved: no connection. Try again.");
  return answer?.ok ? answer : null;
}

// What was done is said for some seconds, whatever becomes of the form meanwhile.
const TOLD_MS = 6000;
const told = document.createElement("p");
Object.assign(told, { className: "t-told", role: "status", hidden: true });
page.append(told);
let telling;
function tell(words) {
  if (!words) return;
  told.textContent = words;
  told.hidden = false;
  clearTimeout(telling);
  telling = setTimeout(() => (told.hidden = true), TOLD_MS);
}
const agreed = (part) => !part.dataset.ask || confirm(part.dataset.ask);

// What a form calls, and with what.
function call(form, given, round) {
  const { adjudicate: proposal, rules, send: name, role, invite } = form.dataset;
  if (proposal !== undefined) {
    if (!keys.has(proposal)) keys.set(proposal, window.faded.key()); // sent again after a lost answer, it counts once
    return [server.team_adjudicate, { ...given, proposal, key: keys.get(proposal) }];
  }
  if (rules !== undefined) return [server.team_rules, { ...given, round }];
  if (role !== undefined) return [server.team_account, { ...given, name: role, do: "role" }];
  if (invite !== undefined) return [server.team_invite, given];
  return name === undefined ? null : [server[name], { ...given, round }];
}
// Which form it is, whatever row its nodes stand for after a redraw.
const which = (form) => JSON.stringify([{ ...form.dataset }, ...[...form.querySelectorAll("input[type=hidden]")].map((part) => part.value)]);
const sending = new Set(); // what is under way: a second click is not a second deed
async function once(deed, work) {
  if (sending.has(deed)) return;
  sending.add(deed);
  await work().finally(() => sending.delete(deed));
}
page.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target, deed = which(form), { said, invite } = form.dataset;
  const typed = [...form.querySelectorAll("[data-keep]")].map((part) => part.dataset.keep);
  const asked = call(form, values(form), window.faded.shown());
  if (!asked || sending.has(deed) || !agreed(form)) return;
  once(deed, async () => {
    const answer = await send(...asked, (words) => (which(form) === deed ? say(form, words) : tell(words)));
    if (!answer) return;
    keys.delete(asked[1].proposal);
    for (const name of typed) kept.delete(name);
    if (asked[1].invitation && asked[1].invitation === link?.digest) forgetLink();
    if (invite !== undefined) return invited(answer);
    tell(said);
    refresh();
  });
});
// What the browser itself finds wrong stands at its field: what was said of the form before is over.
page.addEventListener("invalid", ({ target }) => target.form && say(target.form, ""), true);

let link = null; // the last one that was made, which survives a redraw; nobody can be shown it again
function invited(answer) {
  const make = (name, values) => Object.assign(document.createElement(name), values);
  const address = new URL(answer.path, location.origin).href;
  const said = `A link for ${answer.purpose}. Send it to that person only: it can be used once, within ${answer.days} days, and is not shown again.`;
  const parts = [make("p", { textContent: said }), make("code", { textContent: address })];
  if (navigator.clipboard) parts.push(make("button", { type: "button", className: "f-save", textContent: "Copy", onclick: () => navigator.clipboard.writeText(address) }));
  link = { digest: answer.digest, parts };
  showLink()?.scrollIntoView({ block: "nearest" });
  refresh();
}
function forgetLink() {
  link = null;
  page.querySelector(".t-link")?.replaceChildren();
}
function showLink() {
  const place = page.querySelector(".t-link");
  if (place && link && place.firstElementChild !== link.parts[0]) place.replaceChildren(...link.parts);
  return place;
}

page.addEventListener("click", (event) => {
  const part = event.target.closest("button[data-account]");
  if (!part) return;
  const { account: name, do: what, said } = part.dataset, deed = `${what} ${name}`, form = page.querySelector("[data-invite]");
  if (sending.has(deed) || !agreed(part)) return;
  once(deed, async () => {
    const password = what === "password";
    const answer = await send(password ? server.team_invite : server.team_account, password ? { name } : { name, do: what }, (words) => say(form, words));
    if (answer && password) invited(answer);
    else if (answer) {
      tell(said);
      refresh();
    }
  });
});
// A role is given by its button, which is there once another one is chosen.
const offer = (form) => (form.querySelector("button").hidden = [...form.elements.role.options].every((o) => o.selected === o.defaultSelected));
page.addEventListener("change", ({ target }) => target.form?.dataset.role !== undefined && offer(target.form));

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
// Whether names are hidden from who adjudicates: kept in this browser.
const HIDES = "faded-hides-names";
const hidesNames = () => localStorage.getItem(HIDES) === "yes";
page.addEventListener("change", ({ target }) => target.matches("[data-hide-names]") && localStorage.setItem(HIDES, target.checked ? "yes" : "no"));

page.addEventListener("toggle", ({ target }) => target.dataset.fold && kept.set(target.dataset.fold, target.open), true);
new MutationObserver(() => {
  for (const part of page.querySelectorAll("details[data-fold]")) if (part.open !== (kept.get(part.dataset.fold) ?? false)) part.open = !part.open;
  for (const part of page.querySelectorAll("[data-keep]")) {
    const was = kept.get(part.dataset.keep);
    if (was === undefined) asGiven(part);
    else if (part.type === "radio") part.checked = was;
    else if (part !== document.activeElement) part.value = was;
  }
  for (const form of page.querySelectorAll("form[data-role]")) offer(form);
  showLink();
  const hide = page.querySelector("[data-hide-names]");
  if (hide && hide.checked !== hidesNames()) hide.checked = !hide.checked;
}).observe(page, { childList: true, subtree: true });
