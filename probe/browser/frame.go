package browser

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// place is the document that a step takes place in: that of a window, or of a frame.
type place struct {
	on       *window
	frame    cdp.FrameID
	outer    *place // nil for a window's own
	selector string // of the frame in outer
	missing  string // the selector that finds no frame: there is no such place
	bad      string // why the selector is none
}

// place finds the document of the step, anew each time: frames come and go.
func (b *Browser) place(ctx context.Context) (*place, error) {
	w := b.at.Load()
	p := &place{on: w, frame: w.frame()}
	for _, selector := range b.inner {
		inner, err := b.within(ctx, p, selector)
		if err != nil || inner.missing != "" {
			return inner, err
		}
		p = inner
	}
	return p, nil
}

// frameOf finds the first visible frame of a selector, else the first one.
const frameOf = `((selector) => {
  const all = [...document.querySelectorAll(selector)].filter((e) => e.contentWindow);
  const shown = (e) => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 };
  return all.find(shown) || all[0];
})`

// within enters the frame of a selector.
func (b *Browser) within(ctx context.Context, outer *place, selector string) (*place, error) {
	p := &place{outer: outer, on: outer.on, selector: selector}
	r, err := outer.run(ctx, false, frameOf, selector)
	switch {
	case err != nil:
		return p, err
	case r.ExceptionDetails != nil:
		p.missing, p.bad = selector, "not a valid selector"
		return p, nil
	case r.Result == nil || r.Result.ObjectID == "":
		p.missing = selector
		return p, nil
	}
	node, err := call(ctx, outer.on, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: r.Result.ObjectID})
	if err != nil {
		return p, err
	}
	if p.frame = node.Node.FrameID; p.frame == "" {
		p.missing = selector
		return p, nil
	}
	if _, err = p.world(ctx); !refused(err) {
		return p, err
	}
	// Its pages are another site's: it has a process of its own, and the name of its frame.
	id := target.ID(p.frame)
	if p.on, err = b.window(ctx, id); err != nil {
		return p, err
	}
	if _, err = p.world(ctx); errors.Is(err, chromedp.ErrTargetDetached) {
		b.windows.drop(id) // it has just got another process; the next look finds it
		err = errThrown
	}
	return p, err
}

// refused reports whether Chromium has understood a command and does not do it.
func refused(err error) bool {
	_, is := errors.AsType[*cdproto.Error](err)
	return is
}

// world returns the isolated world of ours in the document.
func (p *place) world(ctx context.Context) (runtime.ExecutionContextID, error) {
	r, err := call(ctx, p.on, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: p.frame, WorldName: "slamon"})
	return r.ExecutionContextID, err
}

// run calls a function in it.
func (p *place) run(ctx context.Context, byValue bool, function string, args ...any) (r runtime.EvaluateResult, err error) {
	world, err := p.world(ctx)
	if err != nil {
		return r, err
	}
	list, err := json.Marshal(append([]any{}, args...)) // [] for none
	if err != nil {
		return r, err
	}
	silent := true
	return call(ctx, p.on, runtime.Evaluate, runtime.EvaluateParams{
		Expression: function + "(..." + string(list) + ")", ContextID: world, ReturnByValue: &byValue, Silent: &silent,
	})
}

// evaluate calls a function and decodes what it returns.
func (p *place) evaluate(ctx context.Context, into any, function string, args ...any) error {
	r, err := p.run(ctx, true, function, args...)
	if err != nil {
		return err
	}
	if r.ExceptionDetails != nil || r.Result == nil {
		return errThrown
	}
	return json.Unmarshal(r.Result.Value, into)
}

// corner says where the inside of a frame begins, and what lies over a point of it.
const corner = `((selector, x, y) => {
  const e = (` + frameOf + `)(selector);
  if (!e) return {x: 0, y: 0, covered: "nothing"};
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const left = r.x + e.clientLeft + parseFloat(s.paddingLeft), above = r.y + e.clientTop + parseFloat(s.paddingTop);
  const top = document.elementFromPoint(left + x, above + y);
  const name = top === e || !top ? "" : top.tagName.toLowerCase() + (top.id ? "#" + top.id : "");
  return {x: left, y: above, covered: name};
})`

// outside turns the point of what was seen in a frame into one of the window, and looks
// what lies over it there.
func (p *place) outside(ctx context.Context, s *seen) error {
	for ; p.outer != nil; p = p.outer {
		var at struct {
			X, Y    float64
			Covered string
		}
		if err := p.outer.evaluate(ctx, &at, corner, p.selector, s.X, s.Y); err != nil {
			return err
		}
		s.X, s.Y = s.X+at.X, s.Y+at.Y
		if s.Covered == "" {
			s.Covered = at.Covered
		}
	}
	return nil
}
