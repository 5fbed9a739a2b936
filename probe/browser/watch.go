package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"github.com/slamon/slamon/check"
)

const (
	// consoleLines and consoleLine bound what is kept of a console: the last lines
	// before the failure, each as long as an error message.
	consoleLines = 12
	consoleLine  = 160

	// errorLines is how many of them are left to errors, while there are as many: a page
	// says what is wrong once, and what else it does all the time.
	errorLines = 6

	// dialogPatience is how long Chromium may take to close a dialog.
	dialogPatience = 5 * time.Second
)

// watch is what Chromium tells without being asked. It is written by chromedp's
// goroutine.
type watch struct {
	mu     sync.Mutex
	lines  []line
	flows  bool // there was more than is read
	opens  bool // another page is about to replace the one that wrote them
	code   int64
	answer string // status line of the last page; empty for none
	fresh  bool   // it came in the present step
	fault  *Fault // that ends everything
}

// noter returns what takes the events of a window.
func (b *Browser) noter(from *window) func(any) { return func(event any) { b.note(from, event) } }

// note takes an event of a window. It must not wait: it is called in order.
func (b *Browser) note(from *window, event any) {
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
		if e.Type == network.ResourceTypeDocument && e.Response != nil && b.at.Load() == from && e.FrameID == from.frame() {
			w.page(e.Response.Status, e.Response.StatusText)
		}
	case *page.EventFrameNavigated:
		if e.Frame != nil && e.Frame.ParentID == "" && b.at.Load() == from {
			w.turned()
		}
	case *target.EventTargetCreated:
		if e.TargetInfo != nil && e.TargetInfo.Type == "page" {
			b.windows.opened(e.TargetInfo.TargetID)
		}
	case *inspector.EventTargetCrashed:
		w.stop(ours(check.ReasonInternal, "the page crashed in Chromium"))
		b.root()
	case *page.EventJavascriptDialogOpening:
		w.add("dialog", fmt.Sprintf("%s: %s", e.Type, e.Message))
		accept := b.options.AcceptDialogs || e.Type == page.DialogTypeAlert || e.Type == page.DialogTypeBeforeunload
		b.aside(func() { from.answer(accept, e.DefaultPrompt) })
	}
}

// answer closes a dialog: until then the page stands still.
func (w *window) answer(accept bool, text string) {
	ctx, cancel := context.WithTimeout(w.ctx, dialogPatience)
	defer cancel()
	_, _ = call(ctx, w, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept, PromptText: text}) // the page may be gone
}

func (w *watch) page(status int64, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.code, w.fresh = status, true
	w.answer = strings.TrimSpace(fmt.Sprintf("%d %s", status, begin(text)))
}

// moved forgets the status of another window's page.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.code, w.fresh, w.answer = 0, false, ""
}

// line is one of the console.
type line struct {
	text string
	bad  bool // says that something is wrong
}

func (w *watch) add(kind, text string) {
	l := line{kind + ": " + begin(text), kind == "error" || kind == "exception" || kind == "assert"}
	if r := []rune(l.text); len(r) > consoleLine {
		l.text = string(r[:consoleLine]) + "…"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.lines); n > 0 && w.lines[n-1] == l {
		return
	}
	w.lines = append(w.lines, l)
	if len(w.lines) > consoleLines {
		w.lines = slices.Delete(w.lines, w.least(), w.least()+1)
	}
}

// least returns the line that is missed least: the first of those that have more than
// their share.
func (w *watch) least() int {
	errors := 0
	for _, l := range w.lines {
		if l.bad {
			errors++
		}
	}
	return slices.IndexFunc(w.lines, func(l line) bool { return l.bad == (errors > errorLines) })
}

// flood notes that not all lines are read.
func (w *watch) flood() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flows = true
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
		w.lines, w.flows, w.opens = nil, false, true
	}
}

// turned notes that a page was replaced: what came since the step began was the old one's.
func (w *watch) turned() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opens {
		w.lines, w.flows, w.opens = nil, false, false
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
	var all []string
	if w.flows {
		all = append(all, fmt.Sprintf("slamon: the page wrote more than %d lines, of which the rest was not read", consoleMost))
	}
	for _, l := range w.lines {
		all = append(all, l.text)
	}
	return strings.Join(all, "\n")
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
