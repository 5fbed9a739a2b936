package browser

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
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
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
}

// look is evaluated in the page: it finds the first visible element of a selector,
// else the first one, and where its middle is once it was scrolled to.
const look = `((selector, scroll, most) => {
  const out = {ready: document.readyState === "complete", url: location.href, title: document.title,
    text: "", found: false, visible: false, covered: "", enabled: false, bad: "", x: 0, y: 0};
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

// frame is the name of the page's main frame, which is that of its target.
func (b *Browser) frame() string {
	if t := chromedp.FromContext(b.ctx).Target; t != nil {
		return string(t.TargetID)
	}
	return ""
}

// errThrown means that a script of ours did not work on the page.
var errThrown = errors.New("the page does not let itself be looked at")

// evaluate calls a function in an isolated world and decodes what it returns.
func (b *Browser) evaluate(ctx context.Context, into any, function string, args ...any) error {
	world, err := call(ctx, b, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: cdp.FrameID(b.frame()), WorldName: "slamon"})
	if err != nil {
		return err
	}
	list, err := json.Marshal(append([]any{}, args...)) // [] for none
	if err != nil {
		return err
	}
	yes := true
	r, err := call(ctx, b, runtime.Evaluate, runtime.EvaluateParams{
		Expression: function + "(..." + string(list) + ")", ContextID: world.ExecutionContextID, ReturnByValue: &yes, Silent: &yes,
	})
	if err != nil {
		return err
	}
	if r.ExceptionDetails != nil || r.Result == nil {
		return errThrown
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(r.Result.Value, into)
}

// see looks at the page. A page that is just being replaced is looked at again.
func (b *Browser) see(ctx context.Context, selector string, scroll bool) (seen, error) {
	for {
		var s seen
		err := b.evaluate(ctx, &s, look, selector, scroll, textMost)
		if err == nil || ctx.Err() != nil || b.watch.trouble() != nil || b.ctx.Err() != nil {
			return s, err
		}
		if err := rest(ctx, lookEvery); err != nil {
			return s, err
		}
	}
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
