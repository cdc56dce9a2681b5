// The line above the card: how far labeling is, and whether all of it is saved.

function mountProgress(part) {
  return {
    progress(now) {
      if (!now) return;
      const box = part("progress");
      box.replaceChildren();
      for (const [number, words] of now) {
        const strong = document.createElement("b");
        strong.textContent = number;
        box.append(box.childNodes.length ? " · " : "", strong, ` ${words}`);
      }
    },
    saved({ waiting, offline, reason }) {
      const box = part("saved");
      box.dataset.waiting = waiting;
      box.classList.toggle("waiting", offline);
      if (offline) box.textContent = `${reason ?? "No connection:"} ${waiting} not saved yet, kept in this browser`;
      else box.textContent = waiting ? `${waiting} being saved` : "All saved";
    },
  };
}
