// What a page tells of its first three seconds: what was seen when, what moved, what was long, what was fetched.
(() => {
  const seen = { firstPaint: 0, biggestPaint: 0, blocked: 0, idle: 0, shift: 0 };
  // From here on the page rests.
  let rests = Infinity;
  const note = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  note("paint", (one) => { if (one.name === "first-contentful-paint") seen.firstPaint = one.startTime; });
  note("largest-contentful-paint", (one) => { seen.biggestPaint = one.startTime; });
  note("longtask", (one) => {
    seen[one.startTime < rests ? "blocked" : "idle"] += Math.max(0, one.duration - 50);
  });
  note("layout-shift", (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
  const loaded = new Promise((resolve) => addEventListener("load", resolve));
  const after = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const told = async () => {
    if (document.readyState !== "complete") await loaded;
    await after(1000);
    rests = performance.now();
    await after(2000);
    const fetched = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter((one) => !/icon/.test(one.name));
    return { ...seen, bytes: fetched.reduce((sum, one) => sum + one.transferSize, 0), requests: fetched.length };
  };
  globalThis.guest = { told };
})();
