// Keeps a page up to date: when slamon has newer figures, the page is fetched
// again and its live parts are exchanged. Without this script the page is
// complete, only not fresh.
"use strict";
(() => {
  const every = 1000 * Number(document.body.dataset.every || 5);
  const fallback = 30000; // where no event stream is to be had
  let last = Date.now();
  let shown = document.body.dataset.board; // the board that the page was made from
  let due = false;
  let busy = false;

  async function refresh() {
    due = document.hidden;
    if (busy || due) return;
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw answer.status;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      delete document.body.dataset.stale;
      shown = fresh.body.dataset.board;
      for (const part of document.querySelectorAll("[data-live]")) {
        const next = fresh.getElementById(part.id);
        // What somebody has the focus in or is selecting stays as it is.
        if (!next || part.contains(document.activeElement) || selecting(part)) continue;
        if (part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
      }
    } catch {
      // slamon is away; the page says so, and the next event or turn tries again.
      document.body.dataset.stale = "";
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
    const stream = new EventSource("/api/v1/events");
    stream.addEventListener("board", (event) => {
      clearInterval(turns);
      turns = 0;
      if (event.data !== shown) soon();
    });
    stream.onerror = () => {
      if (!turns) turns = setInterval(refresh, fallback);
      soon();
    };
    addEventListener("pagehide", () => stream.close());
  }
})();
