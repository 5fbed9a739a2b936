package browser

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/chromedp/chromedp"
)

// lookEvery is the pause between two looks at a page that is not yet as expected.
const lookEvery = 50 * time.Millisecond

// textMost bounds the visible text that is looked at: one side of a browser holds
// some thousand characters, an endless page any number.
const textMost = 256 << 10

// seen is what one look at a page shows.
type seen struct {
	Ready   bool    `json:"ready"`
	URL     string  `json:"url"`
	Title   string  `json:"title"`
	Text    string  `json:"text"`
	Found   bool    `json:"found"`   // an element matches the selector
	Visible bool    `json:"visible"` // and takes up room on the page
	Covered string  `json:"covered"` // what lies over its middle; empty for nothing
	Enabled bool    `json:"enabled"`
	Bad     string  `json:"bad"` // the selector is none
	Status  int64   `json:"status"`
	NoFrame string  `json:"-"` // the frame that is not there
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
}

// look is evaluated in the page: it finds the first visible element of a selector,
// else the first one, and where its middle is once it was scrolled to.
const look = `((selector, scroll, most) => {
  const out = {ready: document.readyState === "complete", url: location.href, title: document.title,
    text: "", found: false, visible: false, covered: "", enabled: false, bad: "", x: 0, y: 0,
    status: (performance.getEntriesByType("navigation")[0] || {}).responseStatus || 0};
  if (document.body) out.text = document.body.innerText.slice(0, most);
  if (!selector) return out;
  let all;
  try { all = document.querySelectorAll(selector) } catch (e) { out.bad = String(e.message); return out }
  const shown = (e) => {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 0 && r.height > 0 && s.visibility === "visible";
  };
  const e = [...all].find(shown) || all[0];
  if (!e) return out;
  out.found = true; out.visible = shown(e); out.enabled = !e.disabled;
  if (!out.visible || !scroll) return out;
  e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
  const r = e.getBoundingClientRect();
  out.x = r.x + r.width / 2; out.y = r.y + r.height / 2;
  const top = document.elementFromPoint(out.x, out.y);
  if (top && !e.contains(top) && !top.contains(e)) {
    out.covered = top.tagName.toLowerCase() + (top.id ? "#" + top.id : "");
  }
  return out;
})`

// errThrown means that a script of ours did not work on the page.
var errThrown = errors.New("the page does not let itself be looked at")

// see looks at the page, or the frame of it that the step takes place in. A page that is
// just being replaced is looked at again.
func (b *Browser) see(ctx context.Context, selector string, scroll bool) (seen, error) {
	for {
		s, err := b.seeOnce(ctx, selector, scroll)
		if err == nil || ctx.Err() != nil || b.watch.trouble() != nil || b.first.ctx.Err() != nil || errors.Is(err, chromedp.ErrTargetDetached) {
			return s, err
		}
		if err := rest(ctx, lookEvery); err != nil {
			return s, err
		}
	}
}

func (b *Browser) seeOnce(ctx context.Context, selector string, scroll bool) (s seen, err error) {
	p, err := b.place(ctx)
	if err != nil || p.missing != "" {
		s.NoFrame, s.Bad = p.missing, p.bad
		return s, err
	}
	if err := p.evaluate(ctx, &s, look, selector, scroll, textMost); err != nil {
		return s, err
	}
	if s.Status > 0 && b.watch.status() == "" { // of a window that was there before we looked at it
		b.watch.page(s.Status, http.StatusText(int(s.Status)))
	}
	if p.outer != nil && scroll && s.Visible {
		return s, p.outside(ctx, &s)
	}
	return s, nil
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
