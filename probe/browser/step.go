package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"

	"github.com/slamon/slamon/check"
)

// Do makes one step. The error is a *Fault.
func (b *Browser) Do(ctx context.Context, s Step) error {
	b.watch.turn(s.Open != "")
	fault := b.enter(ctx, s.Window)
	b.inner = s.Frame
	switch {
	case fault != nil:
	case s.Open != "":
		fault = b.open(ctx, s.Open)
	case s.Click != "":
		fault = b.click(ctx, s.Click)
	case s.Typed:
		fault = b.typing(ctx, s)
	}
	if fault == nil {
		fault = b.expect(ctx, s)
	}
	if fault != nil {
		return fault
	}
	return nil
}

// open goes to a page.
func (b *Browser) open(ctx context.Context, url string) *Fault {
	r, err := call(ctx, b.at.Load(), page.Navigate, page.NavigateParams{URL: url})
	b.listen()
	switch {
	case err != nil && ctx.Err() != nil && b.watch.trouble() == nil && ctx.Err() == context.DeadlineExceeded:
		return theirs(check.ReasonTimeout, "an answer", "nothing", "the page was not answered in time")
	case err != nil:
		return b.failed(ctx, err)
	case r.IsDownload:
		return theirs(check.ReasonContent, "a page", "a download", "the page cannot be shown: it is a download")
	case r.ErrorText == aborted:
		// Also what a page that crashes begins with.
		if rest(ctx, endNotice) == nil {
			if _, gone := b.process.gone(); gone || b.watch.trouble() != nil {
				return b.failed(ctx, context.Canceled)
			}
		}
	}
	if r.ErrorText != "" {
		return loading(r.ErrorText)
	}
	return nil
}

const aborted = "net::ERR_ABORTED"

// find waits for an element that a user could use.
func (b *Browser) find(ctx context.Context, selector string) (seen, *Fault) {
	var l looks
	for {
		s, err := b.see(ctx, selector, true)
		// Around a frame of another site a page scrolls later: it must lie still.
		still := len(b.inner) == 0 || s.X == l.last.X && s.Y == l.last.Y && l.last.Visible
		if err == nil && s.Bad == "" && s.Visible && s.Covered == "" && s.Enabled && still {
			return s, nil
		}
		if s.Bad != "" {
			return s, s.noSelector(selector)
		}
		l.take(s, err)
		if fault := b.hopeless(ctx, &l); fault != nil {
			return s, fault
		}
		if ctx.Err() != nil {
			return s, b.missed(selector, l.last)
		}
	}
}

func (s *seen) noSelector(selector string) *Fault {
	if s.NoFrame != "" {
		selector = s.NoFrame
	}
	return ours(check.ReasonInternal, "%s is not a CSS selector: %s", selector, begin(s.Bad))
}

// looks remembers the last look that showed a page.
type looks struct {
	last seen
	at   time.Time
	err  error
}

func (l *looks) take(s seen, err error) {
	l.err = err
	if err == nil {
		l.last, l.at = s, time.Now()
	}
}

// hangAfter is how long a page may leave a look unanswered at the end of a step
// before it counts as hanging.
const hangAfter = time.Second

// hopeless waits for the next look, and returns a fault when there can be none
// because of Chromium, or because the page hangs. At the end of the time it returns
// nothing: the last look says what is missing.
func (b *Browser) hopeless(ctx context.Context, l *looks) *Fault {
	if l.err != nil && ctx.Err() == nil {
		return b.failed(ctx, l.err)
	}
	if rest(ctx, lookEvery) == nil {
		return nil
	}
	if f := b.failed(ctx, l.err); f.State != check.Down || time.Since(l.at) > hangAfter {
		return f
	}
	return nil
}

// missed says why an element could not be used.
func (b *Browser) missed(selector string, s seen) *Fault {
	got, why := "none", "there is no "+selector+" on the page"
	if len(b.inner) > 0 {
		why = "there is no " + selector + " in the frame " + strings.Join(b.inner, check.BrowserFrameIn)
	}
	switch {
	case s.NoFrame != "":
		why = "there is no frame " + s.NoFrame + " on the page"
	case s.Visible && s.Covered != "":
		got, why = "it lies under "+s.Covered, selector+" is covered by "+s.Covered
	case s.Visible && !s.Enabled:
		got, why = "it is disabled", selector+" is disabled"
	case s.Found:
		got, why = "it is not visible", selector+" is not visible"
	}
	return b.because(theirs(check.ReasonContent, selector+", to be used", got, "%s", why), s)
}

// because adds the status of a page that came in this step and is an error: that
// is why the rest is missing.
func (b *Browser) because(f *Fault, s seen) *Fault {
	if status, bad := b.watch.bad(); bad {
		f.Reason = check.ReasonStatus
		f.Sentence += ": the server answered " + status
	}
	if s.Text != "" && (f.Got == "none" || f.Got == "") {
		f.Got = "a page that begins: " + begin(s.Text)
	}
	return f
}

// click presses the left button over the middle of an element.
func (b *Browser) click(ctx context.Context, selector string) *Fault {
	at, fault := b.find(ctx, selector)
	if fault != nil {
		return fault
	}
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		e := input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y}
		if kind != input.DispatchMouseEventTypeMouseMoved {
			e.Button, e.ClickCount = input.MouseButtonLeft, 1
		}
		if _, err := call(ctx, b.at.Load(), input.DispatchMouseEvent, e); err != nil {
			return b.failed(ctx, err)
		}
	}
	return nil
}

// marked selects what stands in the field that has the focus, so that typing
// replaces it, and says whether there is such a field.
const marked = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return false;
  if (e.select) e.select(); else if (e.isContentEditable) getSelection().selectAllChildren(e);
  return true;
})`

// focusTime is how long after a click a field may take to have the focus, before it is
// clicked again: what lies where in a frame of another site is known a moment later.
const focusTime = time.Second

// focus clicks a field until it has the focus, and marks what stands in it.
func (b *Browser) focus(ctx context.Context, selector string) *Fault {
	looked := false
	failed := func(f *Fault) *Fault {
		if looked && f.State == check.Down { // at the end of the time
			return theirs(check.ReasonContent, "a field to type into", "something else", "%s takes no text", selector)
		}
		return f
	}
	for {
		if fault := b.click(ctx, selector); fault != nil {
			return failed(fault)
		}
		for end := time.Now().Add(focusTime); time.Now().Before(end); {
			field, err := b.marks(ctx)
			if field {
				return nil
			}
			looked = looked || err == nil
			if err == nil {
				err = rest(ctx, lookEvery)
			}
			if err != nil {
				return failed(b.failed(ctx, err))
			}
		}
	}
}

func (b *Browser) marks(ctx context.Context) (field bool, err error) {
	p, err := b.place(ctx)
	if err == nil && p.missing == "" {
		err = p.evaluate(ctx, &field, marked)
	}
	return field, err
}

// typing puts text into a field as a user does: click, mark, type.
func (b *Browser) typing(ctx context.Context, s Step) *Fault {
	if fault := b.focus(ctx, s.Into); fault != nil {
		return fault
	}
	if _, err := call(ctx, b.at.Load(), input.InsertText, input.InsertTextParams{Text: s.Type}); err != nil {
		return b.failed(ctx, err)
	}
	if !s.Enter {
		return nil
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		e := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			e.Text = "\r"
		}
		if _, err := call(ctx, b.at.Load(), input.DispatchKeyEvent, e); err != nil {
			return b.failed(ctx, err)
		}
	}
	return nil
}

// expect waits until all that the step expects is there.
func (b *Browser) expect(ctx context.Context, s Step) *Fault {
	nothing := s.WaitFor == "" && len(s.Text)+len(s.Title)+len(s.URL) == 0
	if nothing && s.Open == "" && s.Window == "" {
		return nil
	}
	var l looks
	for {
		page, err := b.see(ctx, s.WaitFor, false)
		if page.Bad != "" {
			return page.noSelector(s.WaitFor)
		}
		if err == nil && (nothing && page.Ready || !nothing && s.lacks(page) == nil) {
			return b.loaded(nothing)
		}
		l.take(page, err)
		if fault := b.hopeless(ctx, &l); fault != nil {
			return fault
		}
		if ctx.Err() == nil {
			continue
		}
		if nothing {
			return theirs(check.ReasonTimeout, "a page that has loaded", "parts of it are still on their way", "the page did not finish loading in time")
		}
		return b.because(s.lacks(l.last), l.last)
	}
}

// loaded judges the status of a page of which nothing else is expected.
func (b *Browser) loaded(nothing bool) *Fault {
	if status, bad := b.watch.bad(); bad && nothing {
		return theirs(check.ReasonStatus, "a status below 400", status, "the page answers with status %s", status)
	}
	return nil
}

// lacks returns what a page does not have of what the step expects; nil for nothing.
func (s *Step) lacks(p seen) *Fault {
	if p.NoFrame != "" {
		return theirs(check.ReasonContent, "a frame "+p.NoFrame, "none", "there is no frame %s on the page", p.NoFrame)
	}
	if s.WaitFor != "" && !p.Visible {
		got := "none"
		if p.Found {
			got = "it is not visible"
		}
		return theirs(check.ReasonContent, s.WaitFor+", visible", got, "%s did not appear", s.WaitFor)
	}
	for _, one := range []struct {
		what, is string
		all      []check.Match
	}{{"address", p.URL, s.URL}, {"title", p.Title, s.Title}, {"text", p.Text, s.Text}} {
		if left := misses(one.all, one.is); len(left) > 0 {
			verb := "does not match"
			if left[0].Absent {
				verb = "matches what it must not"
			}
			return theirs(check.ReasonContent, patterns(left), begin(one.is), "the %s of the page %s", one.what, verb)
		}
	}
	return nil
}

// loading turns the net::ERR_ text of a page that did not load into a fault
// (Chromium's net/base/net_error_list.h).
func loading(text string) *Fault {
	name := strings.TrimPrefix(text, "net::ERR_")
	said := fmt.Sprintf("the page does not load: %s", strings.ToLower(strings.ReplaceAll(name, "_", " ")))
	reason := check.ReasonProtocol
	for _, one := range []struct {
		words  string
		reason check.Reason
	}{
		{"NAME_ DNS_", check.ReasonDNS}, {"CONNECTION_REFUSED", check.ReasonRefused}, {"TIMED_OUT", check.ReasonTimeout},
		{"CERT_ SSL_ BAD_SSL", check.ReasonTLS}, {"UNREACHABLE ADDRESS_", check.ReasonUnreachable},
		{"CONNECTION_RESET CONNECTION_CLOSED EMPTY_RESPONSE CONNECTION_ABORTED CONNECTION_FAILED", check.ReasonReset},
		{"TOO_MANY_REDIRECTS HTTP_RESPONSE_CODE_FAILURE INVALID_REDIRECT", check.ReasonStatus},
		{"INVALID_AUTH UNEXPECTED_AUTH", check.ReasonAuth},
		{"INTERNET_DISCONNECTED NETWORK_ PROXY_ TUNNEL_", check.ReasonOwnNetwork},
		{"INSUFFICIENT_RESOURCES OUT_OF_MEMORY", check.ReasonResources},
	} {
		for word := range strings.FieldsSeq(one.words) {
			if strings.Contains(name, word) {
				reason = one.reason
			}
		}
	}
	if reason == check.ReasonOwnNetwork || reason == check.ReasonResources {
		return ours(reason, "%s", said)
	}
	return theirs(reason, "a page", text, "%s", said)
}
