// What is said of a set of pictures beside the verdict: how biased it is, how good it is, the best picture and the worst.
// It is kept with the item, so that undo brings it back with it.

const MOST_RATING = 10;
const NO_SENSE = -1;
const RATED = { bias: "Bias", quality: "Quality" };
const WARNINGS = ["digit-trouble", "pick-trouble", "viewer-trouble"]; // what a key was pressed without

function mountRatings(element, part, say) {
  let item = null;
  let asking = null;

  for (const [name, words] of Object.entries(RATED)) {
    for (let value = 1; value <= MOST_RATING; value += 1) addChoice(name, value, String(value), `${words} ${value} of ${MOST_RATING}`);
    addChoice(name, NO_SENSE, "Makes no sense", `${words} makes no sense here`, "none");
  }
  function addChoice(name, value, words, label, place = "rate") {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.dataset.rate = name;
    button.dataset.value = value;
    button.setAttribute("aria-label", label);
    part(`${place}-${name}`).append(button);
  }
  function warn(which) {
    for (const name of WARNINGS) part(name).hidden = name !== which;
    if (which) part(which).scrollIntoView({ block: "nearest" });
  }
  function draw() {
    warn(null);
    for (const button of element.querySelectorAll("[data-rate]"))
      button.setAttribute("aria-pressed", String(item?.rated[button.dataset.rate] === Number(button.dataset.value)));
    for (const name of Object.keys(RATED)) {
      part(`rating-${name}`).classList.toggle("asking", asking === name);
      part(`ask-${name}`).hidden = asking !== name;
    }
    for (const which of ["best", "worst"])
      for (const button of element.querySelectorAll(`[data-pick="${which}"]`))
        button.setAttribute("aria-pressed", String(item !== null && item.rated[which] === Number(button.dataset.picture)));
  }
  function ask(name) {
    asking = asking === name ? null : name;
    if (asking) say(`${RATED[asking]}: press 1 to 9, 0 for 10, or n where it makes no sense.`);
    draw();
  }
  function leave() {
    asking = null;
    draw();
  }
  // The same again takes it back.
  function rate(name, value) {
    item.rated[name] = item.rated[name] === value ? null : value;
    asking = null;
    const words = item.rated[name] === null ? "not rated" : value === NO_SENSE ? "makes no sense" : value;
    say(`${RATED[name]}: ${words}.`);
    draw();
  }
  function pick(which, picture) {
    if (picture === null) {
      warn("pick-trouble");
      return;
    }
    const other = which === "best" ? "worst" : "best";
    const off = item.rated[which] === picture;
    item.rated[which] = off ? null : picture;
    if (item.rated[other] === picture) item.rated[other] = null;
    say(off ? `No ${which} picture.` : `Picture ${picture + 1} is the ${which}.`);
    draw();
  }
  // What a key says of a rating; undefined where it says nothing. A digit that no rating was asked for is not lost in
  // silence, unless it is the key of an action.
  function meant(event, name) {
    if (!asking && name) return undefined;
    if (asking && event.key === "Escape") return null;
    if (asking && event.key.toLowerCase() === "n") return NO_SENSE;
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? /^\d$/.exec(event.key)?.[0];
    return digit === undefined ? undefined : Number(digit) || MOST_RATING;
  }

  return {
    rate, pick, ask, leave, meant, draw, warn,
    give(value) {
      if (value === null) leave();
      else if (asking) rate(asking, value);
      else warn("digit-trouble");
    },
    show(shown) {
      item = shown;
      item.rated ??= { bias: null, quality: null, best: null, worst: null };
      asking = null;
      draw();
    },
  };
}

// What goes with the verdict: nothing where nothing was rated.
function ratingsOf(item) {
  return item.rated && Object.values(item.rated).some((value) => value !== null) ? item.rated : null;
}
