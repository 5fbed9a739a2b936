// Keeps a page up to date: when slamon has newer figures, the page is fetched
// again and its live parts are exchanged. Without this script the page is
// complete, only not fresh.
"use strict";
(() => {
  const every = 1000 * Number(document.body.dataset.every || 5);
  const fallback = 30000; // where no event stream is to be had
  let last = Date.now();
  let due = false;
  let busy = false;

  async function refresh() {
    if (busy || document.hidden) { due = true; return; }
    busy = true;
    due = false;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const next = fresh.getElementById(part.id);
        // What somebody has the focus in or is selecting stays as it is.
        if (!next || part.contains(document.activeElement) || selecting(part)) continue;
        if (part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
      }
    } catch {
      // The server is away; the next event or turn tries again.
    } finally {
      busy = false;
    }
  }

  function selecting(part) {
    const s = getSelection();
    return s && !s.isCollapsed && part.contains(s.anchorNode);
  }

  function soon() {
    if (due) return;
    due = true;
    setTimeout(refresh, Math.max(0, last + every - Date.now()));
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden && due) refresh(); });

  let turns = setInterval(refresh, fallback);
  if ("EventSource" in window) {
    let first = true;
    const stream = new EventSource("/api/v1/events");
    stream.addEventListener("board", () => {
      if (first) { first = false; clearInterval(turns); turns = 0; return; }
      soon();
    });
    stream.onerror = () => { if (!turns) turns = setInterval(refresh, fallback); first = true; };
    addEventListener("pagehide", () => stream.close());
  }
})();
