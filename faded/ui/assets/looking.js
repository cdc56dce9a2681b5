// How long the item is really looked at: in a visible tab, on the page Label.

function mountLook() {
  let since = 0;
  let seen = 0;

  const away = () => {
    if (since) seen += performance.now() - since;
    since = 0;
  };
  const again = () => {
    if (document.visibilityState === "visible" && window.faded.page() === "label") since = performance.now();
  };

  return {
    away,
    again,
    begin(from = 0) {
      seen = from;
      again();
    },
    ms() {
      away();
      again();
      return Math.round(seen);
    },
  };
}
