// Draws the pictures of an item, and says where one is so dark that the screen matters.

const DARK = 50; // mean brightness of 255 below which a picture is called dark

function mountPictures(element, part) {
  const zoom = mountZoom(element, part);

  function judgeBrightness() {
    const small = document.createElement("canvas");
    [small.width, small.height] = [16, 16];
    const pen = small.getContext("2d", { willReadFrequently: true });
    pen.drawImage(part("edited"), 0, 0, 16, 16);
    const { data } = pen.getImageData(0, 0, 16, 16);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    part("dark").hidden = sum / 256 >= DARK;
  }
  part("edited").addEventListener("load", judgeBrightness);

  return {
    zoom: zoom.toggle,
    draw(item) {
      part("original").src = item.original;
      part("edited").src = item.edited;
      part("edited").alt = `Edited picture. ${item.setting}`;
      part("dark").hidden = true;
      part("answer").textContent = item.answer;
      const known = item.reference !== null;
      part("reference-name").textContent = known ? "The reference says" : "No reference. Unedited, the target said";
      part("reference").textContent = known ? item.reference : item.clean_answer;
      part("setting").textContent = item.setting;
    },
  };
}
