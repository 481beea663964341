// What a page under measurement tells of itself: when a reply was over, tasks over 50 ms, frames, answers to clicks.
(() => {
  const seen = { began: 0, ended: 0, longTasks: 0, clicks: 0, slowestClick: 0, frames: [] };
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) {
      if (seen.began && startTime >= seen.began) seen.longTasks += 1;
    }
  }).observe({ type: "longtask" });
  // From the press to the picture of its answer. Shorter ones than 16 ms are not told, and are no trouble.
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === "click") seen.slowestClick = Math.max(seen.slowestClick, duration);
    }
  }).observe({ type: "event", durationThreshold: 16 });
  const button = () => {
    const button = document.createElement("button");
    button.style = "position: fixed; inset: 0 auto auto 0; width: 60px; height: 30px; z-index: 9";
    button.onclick = () => { button.textContent = seen.clicks += 1; };
    document.body.append(button);
  };
  // The gap between two frames; a look makes the page paint two, so with `sparing` it looks only now and then.
  const look = (sparing) => requestAnimationFrame((first) => requestAnimationFrame((second) => {
    seen.frames.push(second - first);
    if (!seen.ended) setTimeout(() => look(sparing), sparing ? 200 : 0);
  }));
  let inFrame = false;
  const frame = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (work) => frame((time) => {
    inFrame = true;
    try {
      work(time);
    } finally {
      inFrame = false;
    }
  });
  const begin = (sparing) => {
    button();
    seen.began = performance.now();
    look(sparing);
    // The last letter is painted with the frame that is being made, or else with the next: the task after it is behind that.
    const over = () => setTimeout(() => { seen.ended = performance.now(); });
    addEventListener("rill-end", () => (inFrame ? over() : requestAnimationFrame(over)), { once: true });
    page.send();
  };
  const result = () => {
    const gaps = seen.frames.sort((a, b) => a - b);
    return {
      wall: seen.ended - seen.began,
      longTasks: seen.longTasks,
      frame: gaps[Math.floor(gaps.length * 0.99)] ?? 0,
      clicks: seen.clicks,
      slowestClick: seen.slowestClick,
    };
  };
  // One reply after another, before anything is measured.
  const talk = async (times) => {
    for (let time = 0; time < times; time += 1) {
      await new Promise((resolve) => {
        addEventListener("rill-end", resolve, { once: true });
        page.send();
      });
    }
    return times;
  };
  globalThis.bench = { begin, result, talk, ended: () => seen.ended > 0 };
})();
