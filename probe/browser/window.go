package browser

import (
	"context"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/slamon/slamon/check"
)

// windowsMost bounds the windows that are remembered: of a page that never ends to open
// some, the last ones.
const windowsMost = 16

// window is a page of Chromium, or a frame of one that has a process of its own.
type window struct {
	ctx context.Context // of chromedp; ends with Close
}

// attach begins to hear of it, and turns off what chromedp turns on and nobody looks at.
func (w *window) attach() error {
	if err := chromedp.Do(w.ctx); err != nil {
		return err
	}
	if _, err := chromedp.Call(w.ctx, css.Disable, cdp.Empty{}); err != nil {
		return err
	}
	if _, err := chromedp.Call(w.ctx, dom.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(w.ctx, page.SetLifecycleEventsEnabled, page.SetLifecycleEventsEnabledParams{})
	return err
}

// frame is the name of its main frame, which is that of its target.
func (w *window) frame() cdp.FrameID {
	if t := chromedp.FromContext(w.ctx).Target; t != nil {
		return cdp.FrameID(t.TargetID)
	}
	return ""
}

// call sends a command to a window.
func call[P, R any](ctx context.Context, w *window, c cdp.Command[P, R], params P) (R, error) {
	inner, cancel := context.WithCancelCause(w.ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(ctx.Err()) })()
	return chromedp.Call(inner, c, params)
}

// windows are those that were opened since the first.
type windows struct {
	mu      sync.Mutex
	unknown []target.ID           // not yet gone to, in their order
	seen    []target.ID           // all that were opened
	known   map[target.ID]*window // that we hear of, frames with them
}

// opened notes a new window. It is told of more than once, and of the first too.
func (w *windows) opened(id target.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Contains(w.seen, id) {
		return
	}
	w.seen = append(w.seen, id)
	w.seen = w.seen[max(0, len(w.seen)-8*windowsMost):]
	if len(w.seen) > 1 {
		w.unknown = append(w.unknown, id)
		w.unknown = w.unknown[max(0, len(w.unknown)-windowsMost):]
	}
}

// last takes the window that was opened last, and forgets those before it.
func (w *windows) last() (target.ID, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.unknown)
	if n == 0 {
		return "", false
	}
	id := w.unknown[n-1]
	w.unknown = nil
	return id, true
}

// all returns those that we hear of.
func (w *windows) all(first *window) []*window {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := []*window{first}
	for _, one := range w.known {
		all = append(all, one)
	}
	return all
}

// get returns one that we hear of already; nil if we do not.
func (w *windows) get(id target.ID) *window {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known[id]
}

func (w *windows) put(id target.ID, one *window) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[target.ID]*window{}
	}
	w.known[id] = one
}

func (w *windows) drop(id target.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.known, id)
}

// enter goes to a window, and waits for one that is new.
func (b *Browser) enter(ctx context.Context, which string) *Fault {
	to := b.at.Load()
	switch which {
	case "":
		return nil
	case check.BrowserFirst:
		to = b.first
	case check.BrowserNew:
		id, found := b.windows.last()
		for ; !found; id, found = b.windows.last() {
			if rest(ctx, lookEvery) == nil {
				continue
			}
			if f := b.failed(ctx, ctx.Err()); f.State != check.Down {
				return f
			}
			return theirs(check.ReasonContent, "a new window", "none", "no new window was opened")
		}
		var err error
		if to, err = b.window(ctx, id); err != nil {
			return b.failed(ctx, err)
		}
	}
	if b.at.Swap(to) != to {
		b.watch.moved()
	}
	if _, err := call(ctx, to, page.BringToFront, cdp.Empty{}); err != nil { // what is not shown is not painted
		return b.failed(ctx, err)
	}
	return nil
}

// window begins to hear of one, or of a frame that has a process of its own.
func (b *Browser) window(ctx context.Context, id target.ID) (*window, error) {
	if w := b.windows.get(id); w != nil {
		return w, nil
	}
	w := &window{}
	// It ends with the first, whose child it is.
	w.ctx, _ = chromedp.NewContext(b.first.ctx, chromedp.WithTargetID(id), chromedp.WithListener(b.noter(w)))
	done := make(chan error, 1)
	go func() { done <- w.attach() }()
	select {
	case err := <-done:
		if err == nil {
			b.windows.put(id, w)
		}
		return w, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
