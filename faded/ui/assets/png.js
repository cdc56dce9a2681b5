// Draws what is shown as a PNG: the map from its table, the 3-D view and the chart from their SVG, each with title, axes
// and legend, in the colours of the page. Nothing is sent anywhere; the file comes from this browser.
function mountPng(page) {
  const SCALE = 2, MARGIN = 28, LINE = 20;

  const style = (part) => getComputedStyle(part);
  const colour = (name) => style(page).getPropertyValue(name).trim();
  const font = (size, weight = 400) => `${weight} ${size}px ${style(page).fontFamily}`;

  function wrap(ctx, words, width) {
    const lines = [""];
    for (const word of words.split(/\s+/)) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (lines.at(-1) && ctx.measureText(longer).width > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }
  function hatch(ctx, x, y, w, h) {
    ctx.save();
    ctx.beginPath();
    ctx.roundRect(x, y, w, h, 4);
    ctx.fillStyle = colour("--f-sunken");
    ctx.fill();
    ctx.clip();
    ctx.strokeStyle = colour("--f-line-strong");
    for (let d = -h; d < w; d += 8) {
      ctx.beginPath();
      ctx.moveTo(x + d, y + h);
      ctx.lineTo(x + d + h, y);
      ctx.stroke();
    }
    ctx.restore();
  }
  // A coloured, hatched, dashed or round patch, as the element's class says.
  function patch(ctx, part, x, y, w, h) {
    const kind = part.classList;
    if (kind.contains("heat-thin")) return hatch(ctx, x, y, w, h);
    const found = style(part);
    ctx.save();
    ctx.beginPath();
    if (kind.contains("heat-out")) {
      ctx.setLineDash([4, 3]);
      ctx.roundRect(x + 0.5, y + 0.5, w - 1, h - 1, 4);
      ctx.strokeStyle = colour("--f-line-strong");
      ctx.stroke();
    } else if (found.borderRadius === "50%") {
      ctx.arc(x + w / 2, y + h / 2, h / 2 - 1, 0, 7);
      ctx.setLineDash(found.borderTopStyle === "dashed" ? [3, 2] : []);
      ctx.fillStyle = found.backgroundColor;
      ctx.fill();
      ctx.strokeStyle = found.borderTopColor;
      ctx.stroke();
    } else {
      ctx.roundRect(x, y, w, h, 4);
      ctx.fillStyle = found.backgroundColor;
      ctx.fill();
    }
    ctx.restore();
  }
  function legend(ctx, list, left, top, width) {
    let x = left, y = top;
    ctx.font = font(13);
    ctx.textBaseline = "middle";
    for (const item of list?.children ?? []) {
      const parts = [...item.childNodes].flatMap((node) =>
        node.classList?.contains("heat-scale") ? [...node.children] : [node],
      );
      const wide = (node) => (node.tagName === "I" ? 18 : ctx.measureText(node.textContent).width + 8);
      const whole = parts.reduce((sum, node) => sum + wide(node), 0);
      if (x > left && x + whole > left + width) [x, y] = [left, y + 24];
      for (const node of parts) {
        if (node.tagName === "I") patch(ctx, node, x, y - 8, node.parentElement === item ? 16 : 18, 16);
        else {
          const neutral = node.classList?.contains("heat-neutral");
          ctx.font = font(13, neutral ? 700 : 400);
          ctx.fillStyle = colour(neutral ? "--f-ink" : "--f-ink-2");
          ctx.fillText(node.textContent, x + (x > left ? 4 : 0), y);
          ctx.font = font(13);
        }
        x += wide(node);
      }
      x += 22;
    }
    return y + 16;
  }
  function paintTable(ctx, table, left, top) {
    const W = 74, H = 46, HEAD = 96, GAP = 3;
    ctx.textBaseline = "middle";
    const rows = [...table.tBodies[0].rows];
    const axis = table.querySelector(".heat-axis").textContent, corner = table.querySelector(".heat-corner").textContent;
    const heads = [...table.tHead.rows[1].querySelectorAll(".heat-level")];
    const quiet = (words, x, y, align, head) => {
      const neutral = head?.classList.contains("heat-neutral");
      ctx.font = font(14, neutral ? 700 : 400);
      ctx.fillStyle = colour(neutral ? "--f-ink" : "--f-ink-2");
      ctx.textAlign = align;
      ctx.fillText(words, x, y);
    };
    quiet(corner, left + HEAD - 10, top + 8, "right");
    quiet(axis, left + HEAD, top + 8, "left");
    heads.forEach((head, i) => quiet(head.textContent, left + HEAD + i * W + W / 2, top + 32, "center", head));
    rows.forEach((row, j) => {
      const y = top + 48 + j * H;
      const head = row.querySelector("th .heat-level");
      if (head) quiet(head.textContent, left + HEAD - 10, y + H / 2, "right", head);
      row.querySelectorAll(".heat-cell").forEach((cell, i) => {
        const x = left + HEAD + i * W;
        patch(ctx, cell, x, y, W - GAP, H - GAP);
        ctx.font = font(15, 600);
        ctx.fillStyle = style(cell).color;
        ctx.textAlign = "center";
        ctx.fillText(cell.querySelector("[aria-hidden]")?.textContent ?? "", x + (W - GAP) / 2, y + (H - GAP) / 2);
      });
    });
    ctx.textAlign = "left";
    return [HEAD + heads.length * W, 48 + rows.length * H];
  }
  function paintSvg(ctx, svg, left, top) {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const number = (part, name) => Number(part.getAttribute(name) ?? 0);
    ctx.save();
    ctx.translate(left, top);
    for (const part of svg.querySelectorAll("line, circle, rect, path, text")) {
      const found = style(part);
      ctx.globalAlpha = Number(found.opacity);
      ctx.lineWidth = parseFloat(found.strokeWidth);
      ctx.setLineDash(found.strokeDasharray === "none" ? [] : found.strokeDasharray.split(/[ ,]+/).map(parseFloat));
      if (part.tagName === "text") {
        ctx.font = font(parseFloat(found.fontSize), found.fontWeight);
        ctx.textAlign = { middle: "center", end: "right" }[found.textAnchor] ?? "left";
        ctx.textBaseline = "alphabetic";
        ctx.fillStyle = found.fill;
        ctx.save();
        ctx.translate(number(part, "x"), number(part, "y"));
        if (part.dataset.turn) ctx.rotate((Number(part.dataset.turn) * Math.PI) / 180);
        ctx.fillText(part.textContent, 0, 0);
        ctx.restore();
        continue;
      }
      const shape = new Path2D(part.tagName === "path" ? part.getAttribute("d") : undefined);
      if (part.tagName === "line") {
        shape.moveTo(number(part, "x1"), number(part, "y1"));
        shape.lineTo(number(part, "x2"), number(part, "y2"));
      } else if (part.tagName === "circle") shape.arc(number(part, "cx"), number(part, "cy"), number(part, "r"), 0, 7);
      else if (part.tagName === "rect")
        shape.rect(number(part, "x"), number(part, "y"), number(part, "width"), number(part, "height"));
      if (found.fill !== "none" && part.tagName !== "line") {
        ctx.fillStyle = found.fill;
        ctx.fill(shape);
      }
      if (found.stroke !== "none") {
        ctx.strokeStyle = found.stroke;
        ctx.stroke(shape);
      }
    }
    ctx.restore();
    return [width, height];
  }
  function paint(ctx, card, button, size) {
    const table = card.querySelector(".heat-table");
    const width = size[0] - 2 * MARGIN;
    ctx.fillStyle = colour("--f-surface");
    ctx.fillRect(0, 0, ...size);
    ctx.fillStyle = colour("--f-ink");
    ctx.textBaseline = "top";
    ctx.font = font(19, 600);
    let y = MARGIN;
    for (const [words, look, tone] of [[button.dataset.title, font(19, 600), "--f-ink"], [button.dataset.note, font(14), "--f-ink-2"]]) {
      ctx.font = look;
      ctx.fillStyle = colour(tone);
      for (const line of wrap(ctx, words, width)) {
        ctx.fillText(line, MARGIN, y);
        y += LINE + 4;
      }
    }
    y += 12;
    const svg = card.querySelector("svg");
    const [w, h] = table ? paintTable(ctx, table, MARGIN, y) : paintSvg(ctx, svg, MARGIN, y);
    y = legend(ctx, card.querySelector(".heat-legend"), MARGIN, y + h + 22, width);
    return [Math.max(w, 620) + 2 * MARGIN, y + MARGIN - 8];
  }
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    const card = document.querySelector(button.dataset.png);
    const canvas = document.createElement("canvas");
    let size = paint(canvas.getContext("2d"), card, button, [676, 900]);
    size = paint(canvas.getContext("2d"), card, button, size);  // titles wrap by the width that the drawing needs
    [canvas.width, canvas.height] = size.map((n) => Math.ceil(n * SCALE));
    const ctx = canvas.getContext("2d");
    ctx.scale(SCALE, SCALE);
    paint(ctx, card, button, size);
    saveCanvas(canvas, button.dataset.name);
  });
}
