// Saves what a canvas shows as a PNG file.
const SAVED_MS = 10_000; // by then every browser has taken the file

function saveCanvas(canvas, name) {
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), SAVED_MS);
  });
}
