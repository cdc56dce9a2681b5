// What stands above the card: how far labeling is, whether all of it is saved, what items these are.

function mountProgress(part) {
  let latest;
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
      const kept = (why) => (box.textContent = `${why} ${waiting} not saved yet, kept in this browser`);
      const since = (latest = {}); // what is said now, and not what was asked before
      if (offline) kept(reason ?? "No connection:");
      if (offline && !reason) window.faded.out().then((out) => out && since === latest && kept("Signed out:"));
      if (!offline) box.textContent = waiting ? `${waiting} being saved` : "All saved";
    },
  };
}
