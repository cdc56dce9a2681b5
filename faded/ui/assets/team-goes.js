// Ways through the page Team, and what is folded open, which survives a redraw.
const page = document.querySelector("#page-team");
const open = new Map(); // what somebody opened or closed, by its key

page.addEventListener("click", (event) => {
  const to = event.target.closest("button[data-goto]")?.dataset.goto;
  const head = to && document.querySelector(`#${to} h2`);
  if (!head) return;
  head.tabIndex = -1;
  head.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  head.focus({ preventScroll: true });
});
page.addEventListener("toggle", ({ target }) => open.set(target.dataset.key, target.open), true);
// The audit log is looked through by the server; a redraw brings all of it back, so it is asked again.
let words = ""; // what is looked for
async function look(form) {
  const wanted = form.querySelector("input").value.trim(), wrong = form.querySelector(".o-wrong");
  const answer = await server.team_audit({ words: wanted }).catch(() => null);
  wrong.textContent = answer?.ok ? "" : (answer?.message ?? "No connection. Try again.");
  if (!answer?.ok) return;
  const place = page.querySelector(".t-audit");
  words = place.dataset.words = wanted;
  place.replaceChildren(...found(answer));
}
function make(name, values, ...children) {
  const part = Object.assign(document.createElement(name), values);
  part.append(...children);
  return part;
}
function found({ heads, rows, said }) {
  const cell = (text, i) => {
    const part = make(i ? "td" : "th", { textContent: text });
    if (i) part.dataset.head = heads[i];
    else part.scope = "row";
    return part;
  };
  const head = make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", textContent: text }))));
  const body = make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell))));
  const scroll = make("div", { className: "f-table-scroll", tabIndex: 0, role: "region", ariaLabel: "Entries found" }, make("table", { className: "f-table" }, head, body));
  const told = make("p", { className: "f-quiet", textContent: said });
  return rows.length ? [told, make("div", { className: "t-figures" }, scroll)] : [told];
}
async function trace(form) {
  const answer = await server.team_lineage({ named: form.querySelector("input").value }).catch(() => null);
  form.querySelector(".o-wrong").textContent = answer?.ok ? "" : (answer?.message ?? "No connection. Try again.");
  page.querySelector(".t-traced").replaceChildren(...(answer?.ok ? found(answer) : []));
}
async function remove(form) {
  const wrong = form.querySelector(".o-wrong"), typed = form.querySelector("input");
  const answer = await server.team_delete({ name: form.dataset.delete, typed: typed.value }).catch(() => null);
  wrong.textContent = answer?.ok ? "" : (answer?.message ?? "Not deleted: no connection. Try again.");
  if (answer?.ok) document.querySelector("#f-refresh")?.click();
}
page.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.dataset.audit !== undefined) look(event.target);
  else if (event.target.dataset.lineage !== undefined) trace(event.target);
  else if (event.target.dataset.delete !== undefined) remove(event.target);
});

new MutationObserver(() => {
  const form = page.querySelector("[data-audit]");
  if (form && words && page.querySelector(".t-audit").dataset.words !== words) {
    page.querySelector(".t-audit").dataset.words = words;
    look(form);
  }
  for (const way of page.querySelectorAll("button[data-goto]")) way.parentElement.hidden = !document.querySelector(`#${way.dataset.goto} h2`);
  for (const part of page.querySelectorAll("details[data-key]")) {
    const was = open.get(part.dataset.key);
    if (was !== undefined && part.open !== was) part.open = was;
  }
}).observe(page, { childList: true, subtree: true });
