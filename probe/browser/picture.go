package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"github.com/slamon/slamon/check"
)

// scales are tried one after the other until the picture is small enough.
var scales = []float64{1, 0.5, 0.25}

// cover replaces secrets in all that the page shows: fields and text. Frames that it
// cannot look into are hidden, but for the one that is covered by itself.
const cover = `((secrets, instead, spared) => {
  const hide = (s) => secrets.reduce((t, x) => t.split(x).join(instead), s);
  const roots = [document];
  const spare = spared && (` + frameOf + `)(spared);
  for (const root of roots) {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) roots.push(e.shadowRoot);
      if (e.contentWindow && e !== spare) {
        if (e.contentDocument) roots.push(e.contentDocument); else e.style.setProperty("visibility", "hidden", "important");
      }
      if (typeof e.value === "string" && hide(e.value) !== e.value) e.value = hide(e.value);
      if (e.placeholder) e.placeholder = hide(e.placeholder);
    }
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const n = texts.currentNode;
      if (hide(n.data) !== n.data) n.data = hide(n.data);
    }
  }
  return true;
})`

// cover covers secrets in the document of the last step and all around it.
func (b *Browser) cover(ctx context.Context, secrets []string, instead string) bool {
	p, err := b.place(ctx)
	if err != nil {
		return false
	}
	if p.missing != "" { // then the documents around it, and no frame is spared
		p = p.outer
	}
	for spared := ""; p != nil; p, spared = p.outer, p.selector {
		var covered bool
		if p.evaluate(ctx, &covered, cover, secrets, instead, spared) != nil || !covered {
			return false
		}
	}
	return true
}

// Picture returns what the page shows as PNG, with the secrets covered; nil when
// there is none, or none that may be shown. The page is changed by it.
func (b *Browser) Picture(ctx context.Context, secrets []string, instead string) []byte {
	if len(secrets) > 0 && !b.cover(ctx, secrets, instead) {
		return nil
	}
	w := b.at.Load()
	for _, scale := range scales {
		ask := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng}
		if scale < 1 {
			m, err := call(ctx, w, page.GetLayoutMetrics, cdp.Empty{})
			if err != nil || m.CSSVisualViewport == nil {
				return nil
			}
			v := m.CSSVisualViewport
			ask.Clip = &page.Viewport{X: v.PageX, Y: v.PageY, Width: v.ClientWidth, Height: v.ClientHeight, Scale: scale}
		}
		r, err := call(ctx, w, page.CaptureScreenshot, ask)
		if err != nil {
			return nil
		}
		if len(r.Data) <= check.PictureLimit {
			return r.Data
		}
	}
	return nil
}
