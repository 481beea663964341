// Draws what the page around it sends, and tells how high it got. In: {source, dark} as JSON. Out: "ready", then "drawn HEIGHT",
// "wrong WHY", or "missing" where this build came without the library.
const tell = (words) => parent.postMessage(words, "*");

addEventListener("message", async (event) => {
  if (event.source !== parent) return;
  if (typeof mermaid === "undefined") return tell("missing");
  const { source, dark } = JSON.parse(event.data);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true, theme: dark ? "dark" : "neutral" });
  try {
    document.body.innerHTML = (await mermaid.render("diagram", source)).svg;
    // On a narrow page a wide drawing is scrolled, not shrunk until nobody can read it.
    const svg = document.querySelector("svg");
    svg.style.minWidth = `${Math.min(svg.viewBox.baseVal.width, 560)}px`;
    tell(`drawn ${Math.ceil(document.body.getBoundingClientRect().height)}`);
  } catch (error) {
    tell(`wrong ${error?.message ?? error}`);
  }
});

tell("ready");
