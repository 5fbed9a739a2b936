package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"github.com/slamon/slamon/check"
)

const (
	// consoleLines and consoleLine bound what is kept of a console: the last lines
	// before the failure, each as long as an error message.
	consoleLines = 12
	consoleLine  = 160

	// dialogPatience is how long Chromium may take to close a dialog.
	dialogPatience = 5 * time.Second
)

// watch is what Chromium tells without being asked. It is written by chromedp's
// goroutine.
type watch struct {
	mu     sync.Mutex
	lines  []string
	code   int64
	answer string // status line of the last page; empty for none
	fresh  bool   // it came in the present step
	fault  *Fault // that ends everything
}

// note takes an event of the page. It must not wait: it is called in order.
func (b *Browser) note(event any) {
	w := &b.watch
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.add(string(e.Type), spoken(e.Args))
	case *runtime.EventExceptionThrown:
		if e.ExceptionDetails != nil {
			w.add("exception", thrown(e.ExceptionDetails))
		}
	case *log.EventEntryAdded:
		if e.Entry != nil && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") { // nobody misses it
			w.add(string(e.Entry.Level), strings.TrimSpace(e.Entry.Text+" "+e.Entry.URL))
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && e.Response != nil && string(e.FrameID) == b.frame() {
			w.page(e.Response)
		}
	case *inspector.EventTargetCrashed:
		w.stop(ours(check.ReasonInternal, "the page crashed in Chromium"))
		b.root()
	case *page.EventJavascriptDialogOpening:
		w.add("dialog", fmt.Sprintf("%s: %s", e.Type, e.Message))
		accept := b.options.AcceptDialogs || e.Type == page.DialogTypeAlert || e.Type == page.DialogTypeBeforeunload
		b.aside(func() { b.answer(accept, e.DefaultPrompt) })
	}
}

// answer closes a dialog: until then the page stands still.
func (b *Browser) answer(accept bool, text string) {
	ctx, cancel := context.WithTimeout(b.ctx, dialogPatience)
	defer cancel()
	_, _ = call(ctx, b, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept, PromptText: text}) // the page may be gone
}

func (w *watch) page(r *network.Response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.code, w.fresh = r.Status, true
	w.answer = strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, begin(r.StatusText)))
}

func (w *watch) add(kind, text string) {
	line := kind + ": " + begin(text)
	if r := []rune(line); len(r) > consoleLine {
		line = string(r[:consoleLine]) + "…"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.lines); n > 0 && w.lines[n-1] == line {
		return
	}
	w.lines = append(w.lines, line)
	w.lines = w.lines[max(0, len(w.lines)-consoleLines):]
}

// stop notes the first trouble of our own.
func (w *watch) stop(f *Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil {
		w.fault = f
	}
}

func (w *watch) trouble() *Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// turn begins a step. What was written before another page was opened is of no
// more use.
func (w *watch) turn(opens bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fresh = false
	if opens {
		w.lines = nil
	}
}

func (w *watch) status() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answer
}

// bad returns the status of a page that came in this step and says that it failed.
func (w *watch) bad() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answer, w.fresh && w.code >= 400
}

func (w *watch) console() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n")
}

// spoken writes the arguments of a call of the console.
func spoken(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args[:min(len(args), 8)] {
		switch {
		case a == nil:
		case a.Description != "":
			words = append(words, a.Description[:min(len(a.Description), 4*consoleLine)])
		default:
			v := string(a.Value[:min(len(a.Value), 4*consoleLine)])
			words = append(words, strings.Trim(v, `"`))
		}
	}
	return strings.ToValidUTF8(strings.Join(words, " "), "")
}

func thrown(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return strings.ToValidUTF8(d.Exception.Description[:min(len(d.Exception.Description), 4*consoleLine)], "")
	}
	return d.Text
}
