// Before Browser starts: what it keeps in this browser has the style and the settings of innercircle.
try {
  const kept = JSON.parse(localStorage.getItem("neo4j.settings") || "{}");
  const first = [undefined, "", ":play start"].includes(kept.initCmd) ? ":clear" : kept.initCmd;
  localStorage.setItem("neo4j.settings", JSON.stringify({...kept, autoComplete: false, initCmd: first}));
  localStorage.setItem("neo4j.grass", JSON.stringify(STYLE));
} catch {
  // A browser that keeps nothing has Browser's own colours.
}
