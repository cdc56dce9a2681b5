// What stands above the card: how far labeling is, whether all of it is saved, what items these are.

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
    notice(words) {
      part("notice").hidden = !words;
      if (part("notice-text").textContent !== words) part("notice-text").textContent = words ?? "";
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
