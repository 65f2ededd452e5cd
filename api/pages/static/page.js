// Draws the circle of a rating: the same as the table below it says. Without this file nothing is missing.
const frame = document.getElementById("circle");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Where a label stands, by where its node lies seen from the middle: on one side, on the other, or in the middle.
function outward(part, before, after) {
  return (node) => {
    const along = part(Math.cos(node.data("angle")), Math.sin(node.data("angle")));
    return along < -0.38 ? before : along > 0.38 ? after : "center";
  };
}

function styles() {
  const ink = colour("--ink"), paper = colour("--paper"), accent = colour("--accent"), soft = colour("--soft");
  return [
    // A label stands outside of the circle, away from the lines; the one in the middle covers those behind it.
    { selector: "node", style: { label: "data(label)", "font-size": 11, color: ink, "text-max-width": 90,
      "text-wrap": "ellipsis", "min-zoomed-font-size": 7, "text-background-color": paper,
      "text-background-opacity": 1, "text-background-padding": 2, width: 16, height: 16, "background-color": soft } },
    { selector: "node[angle]", style: { "text-halign": outward((x) => x, "left", "right"), "text-valign": outward((x, y) => y, "top", "bottom"),
      "text-margin-x": (node) => 3 * Math.sign(Math.round(Math.cos(node.data("angle")) * 2)),
      "text-margin-y": (node) => 3 * Math.sign(Math.round(Math.sin(node.data("angle")) * 2)) } },
    { selector: "node[kind = 'me']", style: { width: 30, height: 30, "background-color": accent, "font-weight": 700,
      "text-wrap": "wrap", "text-max-width": 200, "text-valign": "bottom", "text-margin-y": 4, "z-index": 1 } },
    { selector: "node[kind = 'named']", style: { width: 22, height: 22, "background-color": accent,
      "border-width": 3, "border-color": paper } },
    { selector: "node[kind = 'together']", style: { shape: "round-rectangle", width: 40, height: 20 } },
    { selector: "edge", style: { width: "mapData(days, 0, 60, 1, 6)", "line-color": colour("--line"), "curve-style": "haystack" } },
    { selector: "node:selected", style: { "border-width": 4, "border-color": accent } },
  ];
}

async function draw() {
  performance.mark("circle-begun");
  const [{ default: cytoscape }, answer] = await Promise.all([import(frame.dataset.library), fetch(frame.dataset.from)]);
  if (!answer.ok) return;
  const { nodes, edges } = await answer.json();
  performance.mark("circle-known");
  frame.hidden = false;
  // Cytoscape would write a sheet of its own into the page, which our policy forbids. It does not where something
  // has this name already; what the sheet says is in style.css.
  frame.parentElement.id ||= "__________cytoscape_stylesheet";
  const picture = cytoscape({
    container: frame,
    elements: { nodes: nodes.map((data) => ({ data })), edges: edges.map((data) => ({ data })) },
    style: styles(),
    layout: { name: "concentric", concentric: (node) => (node.data("kind") === "me" ? 3 : node.data("kind") === "met" ? 1 : 2),
      levelWidth: () => 1, minNodeSpacing: nodes.length > 60 ? 6 : 34, animate: false },
    userZoomingEnabled: false,
    userPanningEnabled: false,
    boxSelectionEnabled: false,
    autoungrabify: true,
  });
  const middle = picture.getElementById("me").position();
  picture.nodes("[kind != 'me']").forEach((node) => {
    const { x, y } = node.position();
    node.data("angle", Math.atan2(y - middle.y, x - middle.x));
  });
  picture.on("tap", "node", (event) => {
    const data = event.target.data();
    if (data.kind === "me" || data.kind === "together") return;
    location.assign(frame.dataset.from.replace("circle.json", "contact?with=" + encodeURIComponent(data.entity)));
  });
  new ResizeObserver(() => picture.resize().fit(undefined, 16)).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => picture.style(styles()));
  picture.one("render", () => { performance.mark("circle-drawn"); frame.dataset.drawn = String(nodes.length); });
}

if (frame) draw();
