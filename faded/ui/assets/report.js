// Saves the report of the round that is shown as one page. It is made when it is asked for.
const KEPT_MS = 10_000; // by then every browser has taken the file

element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-report]");
  if (!button || button.ariaDisabled === "true") return;
  const say = (words) => {
    const box = element.querySelector("[data-said]");
    if (box) box.textContent = words;
  };
  button.ariaDisabled = "true";
  say("Writing the report");
  const answer = await server.report_page({ round: window.faded.shown() }).catch(() => null);
  button.ariaDisabled = "false";
  if (!answer?.ok) {
    say(answer?.message ?? "Not saved: no connection. Try again.");
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([answer.page], { type: "text/html" }));
  link.download = answer.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  say(`Saved as ${answer.name}`);
});
