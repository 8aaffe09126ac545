// Runs first in every page and frame of a measurement. All times are of the page's own clock.
(() => {
  const WATCHED = {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ["fill", "class", "data-drawn"],
  };
  const FALLBACK_MS = 250;

  if (window !== window.top) return; // frames are watched, and judged, from the page

  const inAllRoots = (root, selector) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const host of root.querySelectorAll("*")) {
      const inner = host.shadowRoot && inAllRoots(host.shadowRoot, selector);
      if (inner) return inner;
    }
    return null;
  };

  const mapDocument = (frame) => {
    if (!frame) return document;
    const frames = document.querySelectorAll(frame);
    return frames.length ? frames[frames.length - 1].contentDocument : null;
  };

  const letters = (nodes, letterOf) => Array.from(nodes, letterOf).join("");

  // How each kind of map tells which picture it shows: one letter a unit, in drawing order.
  const READERS = {
    icons: ({ frame, letterByColor }) => letters(
      mapDocument(frame)?.querySelectorAll(".leaflet-marker-pane > .awesome-marker") ?? [],
      (node) => letterByColor[/awesome-marker-icon-(\w+)/.exec(node.className)?.[1]] ?? "?",
    ),
    paths: ({ frame, letterByColor }) => letters(
      mapDocument(frame)?.querySelectorAll("path.leaflet-interactive") ?? [],
      (node) => letterByColor[node.getAttribute("fill")] ?? "?",
    ),
    draws: () => window.benchMap?.points.shown ?? "",
    board: () => inAllRoots(document, ".guatu-board")?.getAttribute("data-drawn") ?? "",
  };

  const ACTIONS = {
    option: ({ group, index }) => {
      document.querySelectorAll(group)[index].click();
    },
    press: ({ testid }) => {
      inAllRoots(document, `[data-testid="${testid}"]`).click();
    },
    select: ({ testid, value }) => {
      const control = inAllRoots(document, `[data-testid="${testid}"]`);
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      control.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
    },
  };

  // Watches a node and, from their birth, the documents of all frames. (A script of a frame's own
  // would not do: it may run in the empty first document, which the real one then replaces.)
  const watch = (node) => {
    const observer = new MutationObserver(() => bench.check());
    const seen = new WeakSet();
    let on = true;
    const watchFrames = () => {
      for (const frame of document.querySelectorAll("iframe")) {
        const inner = frame.contentDocument;
        if (inner && !seen.has(inner)) {
          seen.add(inner);
          observer.observe(inner, WATCHED);
          bench.check();
        }
      }
      if (on) requestAnimationFrame(watchFrames);
    };
    observer.observe(node, WATCHED);
    watchFrames();
    return () => {
      on = false;
      observer.disconnect();
    };
  };

  // Resolves with the time of the second animation frame after the wanted picture is in the page.
  const painted = (reader, expected, timeoutMs) => new Promise((resolve, reject) => {
    let done = false;
    const finish = (result) => {
      done = true;
      bench.check = () => {};
      clearInterval(fallback);
      clearTimeout(timeout);
      result();
    };
    bench.check = () => {
      if (done || READERS[reader.kind](reader) !== expected) return;
      finish(() => requestAnimationFrame(() => requestAnimationFrame(
        () => resolve(performance.now()),
      )));
    };
    const fallback = setInterval(bench.check, FALLBACK_MS);
    const timeout = setTimeout(() => finish(() => reject(new Error(
      `picture not drawn; wanted ${expected}, shown ${READERS[reader.kind](reader)}`,
    ))), timeoutMs);
    bench.check();
  });

  const bench = {
    check() {},
    read: (reader) => READERS[reader.kind](reader),
    attribute: (selector, name) => inAllRoots(document, selector)?.getAttribute(name) ?? null,
    testids: (prefix) => {
      const board = inAllRoots(document, ".guatu-board");
      return Array.from(
        board?.querySelectorAll(`[data-testid^="${prefix}"]`) ?? [], (node) => node.dataset.testid,
      );
    },
    options: (testid) => Array.from(
      inAllRoots(document, `[data-testid="${testid}"]`)?.options ?? [], (option) => option.value,
    ),
    // Leaflet keeps centre and zoom in the transform of its proxy element.
    viewport: (frame) => {
      const place = mapDocument(frame);
      return place && inAllRoots(place, ".leaflet-proxy")?.style.transform;
    },
    // Leaves a mark on the map element; another map later has none, and gets the next number.
    stamp: (frame) => {
      const map = mapDocument(frame)?.querySelector(".leaflet-container");
      if (map && !map.dataset.stamp) map.dataset.stamp = String((bench.stamps += 1));
      return map?.dataset.stamp ?? "none";
    },
    stamps: 0,
    async click({ action, reader, expected, timeoutMs }) {
      if (READERS[reader.kind](reader) === expected) throw new Error("this click changes nothing");
      const board = reader.kind === "board" && inAllRoots(document, ".guatu-board");
      const unwatch = watch(board || document);
      const started = performance.now();
      ACTIONS[action.kind](action);
      try {
        return await painted(reader, expected, timeoutMs) - started;
      } finally {
        unwatch();
      }
    },
    // First content of a fresh page: milliseconds since the navigation began.
    async firstPaint(selector, attribute, timeoutMs) {
      const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
      const isThere = () => {
        const node = inAllRoots(document, selector);
        return node && (attribute ? node.getAttribute(attribute) : node.textContent.trim());
      };
      while (performance.now() < timeoutMs) {
        if (isThere()) {
          await frame();
          await frame();
          return performance.now();
        }
        await frame();
      }
      throw new Error(`nothing painted: ${selector}`);
    },
  };
  window.guatuBench = bench;
})();
