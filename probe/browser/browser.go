package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/slamon/slamon/check"
)

const (
	// memoryLook is the pause between two looks at the memory of the processes.
	memoryLook = 250 * time.Millisecond

	// membersLook is how many looks pass until new processes are looked for: that
	// means to read something of every process there is.
	membersLook = 4
)

// Identity is a user to run as, with its group.
type Identity struct{ UID, GID uint32 }

// Options say how Chromium runs.
type Options struct {
	Program       string    // looked for when empty
	As            *Identity // nil for our own
	NoSandbox     bool
	SkipVerify    bool   // take any certificate
	Authorities   []byte // PEM; trusted besides Chromium's own
	Proxy         string // none when empty
	AcceptDialogs bool   // answer confirm() and prompt() with OK
	Width, Height int
	MaxMemory     int64 // bytes of all processes together
}

// Step is what Do does. See check.BrowserStep.
type Step struct {
	Window                           string
	Frame                            []string
	Open, Click, Type, Into, WaitFor string
	Typed                            bool // Type is to be typed, even if it is empty
	Enter                            bool
	Text, Title, URL                 []check.Match
}

// Fault says what went wrong, and whose fault it was.
type Fault struct {
	State               check.State
	Reason              check.Reason
	Sentence, Want, Got string
}

// Error returns the sentence.
func (f *Fault) Error() string { return f.Sentence }

func ours(r check.Reason, format string, args ...any) *Fault {
	return &Fault{State: check.Unknown, Reason: r, Sentence: fmt.Sprintf(format, args...)}
}

func theirs(r check.Reason, want, got, format string, args ...any) *Fault {
	return &Fault{check.Down, r, fmt.Sprintf(format, args...), want, got}
}

// Browser is a Chromium with its windows. It is used by one goroutine.
type Browser struct {
	options Options
	process *process
	cancel  context.CancelFunc // waits, and must be called once only
	root    context.CancelFunc // ends the contexts of all windows at once
	first   *window
	at      atomic.Pointer[window] // the one that steps take place in
	inner   []string               // the frames of it that the last step took place in
	windows windows
	watch   watch
	voice   voice

	mu      sync.Mutex // guards closed, and minding against growing once it is
	closed  bool
	minding sync.WaitGroup
}

// Start starts Chromium, or says why that is not possible. The error is a *Fault
// that is never the target's.
func Start(ctx context.Context, o Options) (*Browser, error) {
	if os.Geteuid() == 0 && o.As == nil && !o.NoSandbox {
		return nil, ours(check.ReasonInternal, "Chromium does not run as root with its sandbox: set user to another user, or no_sandbox = true")
	}
	p, err := launch(o)
	if err != nil {
		if errors.Is(err, ErrAbsent) {
			return nil, ours(check.ReasonInternal, "%s", err)
		}
		return nil, ours(check.ReasonInternal, "Chromium cannot be started: %s", err)
	}
	b := &Browser{options: o, process: p}
	p.sieve = newSieve(p.parent[0], b.flooded)
	var base context.Context
	base, b.root = chromedp.NewAllocatorContext(context.WithoutCancel(ctx), p)
	b.first = &window{}
	b.first.ctx, b.cancel = chromedp.NewContext(base, chromedp.WithListener(b.noter(b.first)), chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	b.at.Store(b.first)
	if err := b.ready(ctx); err != nil {
		fault := b.notReady(ctx, err)
		b.Close()
		return nil, fault
	}
	return b, nil
}

func quiet(string, ...any) {}

// ready waits until Chromium answers and has a page.
func (b *Browser) ready(ctx context.Context) error {
	b.aside(b.mind)
	done := make(chan error, 1)
	go func() { // a page is bound to the context that it was made with
		deny := cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorDeny}
		_, err := chromedp.CallBrowser(b.first.ctx, cdpbrowser.SetDownloadBehavior, deny)
		if err == nil {
			err = b.first.attach()
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		b.root()
		<-done
		return ctx.Err()
	case <-b.first.ctx.Done():
		return errors.Join(<-done, b.first.ctx.Err())
	}
}

func (b *Browser) notReady(ctx context.Context, err error) *Fault {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ours(check.ReasonStopped, "the probe was stopped before Chromium was ready")
	}
	if f := b.watch.trouble(); f != nil {
		return f
	}
	if how, gone := b.process.gone(); gone {
		return ours(check.ReasonInternal, "Chromium does not start (%s): %s", how, b.process.said.last())
	}
	if ctx.Err() != nil {
		return ours(check.ReasonInternal, "Chromium was not ready in time: this machine is too busy, or the timeout too short")
	}
	return ours(check.ReasonInternal, "Chromium does not answer: %s", err)
}

// mind looks at the memory of the processes until they end.
func (b *Browser) mind() {
	ticker := time.NewTicker(memoryLook)
	defer ticker.Stop()
	var all []int
	for look := 0; ; look++ {
		select {
		case <-b.process.ended:
			b.root() // nobody answers any more
			return
		case <-ticker.C:
		}
		if look%membersLook == 0 {
			all = members(b.process.cmd.Process.Pid)
		}
		if used := memory(all); b.options.MaxMemory > 0 && used > b.options.MaxMemory {
			b.watch.stop(ours(check.ReasonResources, "Chromium needed more memory than the %d MiB that it may (max_memory), and was killed", b.options.MaxMemory>>20))
			killGroup(b.process.cmd.Process.Pid)
			return
		}
	}
}

// Close ends all processes and removes what they wrote.
func (b *Browser) Close() {
	b.process.close()
	b.cancel()
	b.root()
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.minding.Wait()
}

// aside runs f beside, unless the browser is closed.
func (b *Browser) aside(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.minding.Go(f)
	}
}

// failed turns the error of a command into a fault.
func (b *Browser) failed(ctx context.Context, err error) *Fault {
	if f := b.watch.trouble(); f != nil {
		return f
	}
	if how, gone := b.ended(); gone {
		return ours(check.ReasonInternal, "Chromium ended by itself (%s)", how)
	}
	if errors.Is(err, chromedp.ErrTargetDetached) {
		return theirs(check.ReasonContent, "a window that stays open", "it was closed", "the window was closed")
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ours(check.ReasonStopped, "the probe was stopped before the step was done")
	}
	if ctx.Err() != nil {
		return theirs(check.ReasonTimeout, "", "", "the page did not react in time")
	}
	return ours(check.ReasonInternal, "Chromium does not do it: %s", err)
}

// ended reports whether Chromium has ended, and how. Where its pipe has, it has too, or
// is about to.
func (b *Browser) ended() (string, bool) {
	with := chromedp.FromContext(b.first.ctx).Browser
	if with == nil {
		return b.process.gone()
	}
	select {
	case <-with.LostConnection:
	default:
		return b.process.gone()
	}
	select {
	case <-b.process.ended:
		return b.process.cmd.ProcessState.String(), true
	case <-time.After(killGrace):
		return "its pipe is closed", true
	}
}

// Status returns the status line of the page that was loaded last.
func (b *Browser) Status() string { return b.watch.status() }

// patterns writes matches for people.
func patterns(all []check.Match) string {
	var words []string
	for _, m := range all {
		word := "a match of " + m.Pattern.String()
		if m.Absent {
			word = "no match of " + m.Pattern.String()
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// misses returns the matches that s does not meet.
func misses(all []check.Match, s string) []check.Match {
	var out []check.Match
	for _, m := range all {
		if m.Pattern.MatchString(s) == m.Absent {
			out = append(out, m)
		}
	}
	return out
}

var spaces = regexp.MustCompile(`\s+`)

// begin returns the beginning of s on one line.
func begin(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), 4<<10)], "") // of what may be very long
	s = strings.TrimSpace(spaces.ReplaceAllString(s, " "))
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
