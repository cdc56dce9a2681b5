// What a campaign adds to the guidelines; where they have changed since the person's last verdict, they open.

function mountGuide(part) {
  let said = null; // of which version it was said that it is new
  function block([kind, words]) {
    const made = document.createElement(kind);
    if (kind === "p") made.textContent = words;
    else made.append(...words.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    return made;
  }
  return (answer) => {
    const team = answer.team ?? null;
    part("guide-team").hidden = !team?.blocks.length;
    part("guide-number").textContent = team ? `, the campaign's own ${team.number}` : "";
    part("guide-by").textContent = team ? `version ${team.number}, ${team.by}` : "";
    part("guide-text").replaceChildren(...(team?.blocks ?? []).map(block));
    part("guide-changed").hidden = !answer.changed;
    if (!answer.changed || said === answer.guidelines) return;
    said = answer.guidelines;
    part("guide").open = true;
  };
}
