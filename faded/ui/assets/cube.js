// The 3-D view: balls in a box, drawn as SVG and turned by dragging, by arrow keys or by the four buttons. The figures
// come with the page in data-cube; the classes colour them, so they follow the colour scheme.
function mountCube(element) {
  const NS = "http://www.w3.org/2000/svg";
  const WIDTH = 760, HEIGHT = 580, SIZE = 134, LARGEST = 27;
  const STEP = 8, LEAST_PITCH = 4, MOST_PITCH = 80;
  const turned = { yaw: 34, pitch: 24 };
  let drawn = null;

  const make = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  // A point of the box, each coordinate from -1 to 1 (right, up, away), as seen: across, down, and towards the eye.
  function see([x, y, z]) {
    const yaw = (turned.yaw * Math.PI) / 180, pitch = (turned.pitch * Math.PI) / 180;
    const right = x * Math.cos(yaw) + z * Math.sin(yaw);
    const away = z * Math.cos(yaw) - x * Math.sin(yaw);
    const up = y * Math.cos(pitch) + away * Math.sin(pitch);
    return [WIDTH / 2 + SIZE * right, HEIGHT / 2 - SIZE * up, y * Math.sin(pitch) - away * Math.cos(pitch)];
  }
  const at = (i, n) => (n === 1 ? 0 : -1 + (2 * i) / (n - 1));
  const PAD = 1.16;

  function edges() {
    const lines = [];
    for (let axis = 0; axis < 3; axis += 1)
      for (const a of [-PAD, PAD])
        for (const b of [-PAD, PAD]) {
          const ends = [-PAD, PAD].map((c) => {
            const point = [a, a, a];
            point[axis] = c;
            point[(axis + 1) % 3] = a;
            point[(axis + 2) % 3] = b;
            return point;
          });
          lines.push({ axis, ends, seen: ends.map(see) });
        }
    return lines;
  }
  // Each axis is lettered along the edge that lies in front: the lowest for the flat ones, the leftmost for the upright.
  function lettered(lines, axis) {
    const score = ({ seen: [p, q] }) => (axis === 1 ? -(p[0] + q[0]) : p[1] + q[1]);
    return lines.filter((line) => line.axis === axis).sort((p, q) => score(q) - score(p))[0];
  }
  function label(svg, data, line) {
    const { name, levels, neutral } = data.axes[line.axis];
    const outward = (x, y, far) => {
      const dx = line.axis === 1 ? -1 : x < WIDTH / 2 ? -0.45 : 0.45, dy = line.axis === 1 ? 0 : 1;
      return [x + far * dx, y + far * dy];
    };
    const few = Math.ceil(levels.length / 9);
    const anchor = line.axis === 1 ? "end" : "middle";
    levels.forEach((level, i) => {
      if (i % few && i !== neutral) return;
      const point = [...line.ends[0]];
      point[line.axis] = at(i, levels.length);
      const [x, y] = see(point);
      const [tx, ty] = outward(x, y, line.axis === 1 ? 12 : 18);
      svg.append(make("text", { x: tx, y: ty + 4, "text-anchor": anchor, class: i === neutral ? "cube-neutral" : "" }, level));
    });
    const [mx, my] = [0, 1].map((i) => (line.seen[0][i] + line.seen[1][i]) / 2);
    const [tx, ty] = line.axis === 1 ? [line.seen[1][0], line.seen[1][1] - 18] : outward(mx, my, 60);
    svg.append(make("text", { x: tx, y: ty + 4, "text-anchor": "middle", class: "cube-name" }, name));
  }
  function draw(box) {
    const data = (drawn?.box === box && drawn.data) || JSON.parse(box.dataset.cube);
    drawn = { box, data };
    const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "cube-svg", "aria-hidden": "true" });
    const lines = edges();
    for (const { seen: [p, q] } of lines) svg.append(make("line", { x1: p[0], y1: p[1], x2: q[0], y2: q[1] }));
    const [nx, ny, nz] = data.axes.map((axis) => axis.levels.length);
    const largest = Math.min(LARGEST, (0.9 * SIZE) / (Math.max(nx, ny, nz, 2) - 1));
    const balls = data.balls.map(([look, rate, words], n) => {
      const i = n % nx, j = Math.floor(n / nx) % ny, k = Math.floor(n / (nx * ny));
      const [x, y, near] = see([at(i, nx), at(j, ny), at(k, nz)]);
      const known = look !== "cube-thin" && look !== "cube-out";
      const r = known ? largest * (0.22 + 0.78 * Math.sqrt(rate)) : largest * 0.3;
      return { near, node: make("circle", { cx: x, cy: y, r, class: `cube-ball ${look}`, "data-tip": words }) };
    });
    balls.sort((p, q) => p.near - q.near);
    svg.append(...balls.map((ball) => ball.node));
    for (const axis of [0, 1, 2]) label(svg, data, lettered(lines, axis));
    box.replaceChildren(svg);
  }
  let waiting = false;
  function turn(yaw, pitch) {
    turned.yaw = (turned.yaw + yaw + 360) % 360;
    turned.pitch = Math.min(MOST_PITCH, Math.max(LEAST_PITCH, turned.pitch + pitch));
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const box = element.querySelector(".cube");
      if (box) draw(box);
    });
  }

  const WAYS = { left: [-STEP, 0], right: [STEP, 0], up: [0, STEP], down: [0, -STEP] };
  element.addEventListener("keydown", (event) => {
    const way = event.target.classList.contains("cube") && WAYS[event.key.replace("Arrow", "").toLowerCase()];
    if (!way) return;
    event.preventDefault();
    turn(...way);
  });
  element.addEventListener("click", (event) => {
    const way = WAYS[event.target.closest("[data-turn]")?.dataset.turn];
    if (way) turn(...way);
  });
  let held = null;
  element.addEventListener("pointerdown", (event) => {
    const box = event.target.closest(".cube");
    if (!box) return;
    held = { x: event.clientX, y: event.clientY };
    box.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!held) return;
    turn((event.clientX - held.x) * 0.4, (event.clientY - held.y) * 0.3);
    held = { x: event.clientX, y: event.clientY };
  });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => (held = null));

  const look = () => {
    const box = element.querySelector(".cube:empty");
    if (box) draw(box);
  };
  new MutationObserver(look).observe(element, { childList: true, subtree: true });
  look();
}
