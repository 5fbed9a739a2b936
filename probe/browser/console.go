package browser

import (
	"context"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

const (
	// voicePatience is how long a page may take to begin or to end telling what it
	// writes. One that hangs does neither.
	voicePatience = 5 * time.Second

	// recallTime is how long the last lines are waited for: Chromium keeps a thousand.
	recallTime = 500 * time.Millisecond
)

// voice is whether Chromium tells what is written to the console.
type voice struct {
	mu    sync.Mutex // held while that is changed
	muted bool
}

// flooded is called when a page has written more than is read of it. Not to read it is
// not enough: Chromium would write it all the same, and our answers behind it.
func (b *Browser) flooded() {
	b.watch.flood()
	b.aside(b.settle)
}

// listen has the console of another page read.
func (b *Browser) listen() {
	b.process.sieve.listen()
	b.aside(b.settle)
}

// settle tells Chromium whether the console is read, until that is as it should be:
// another page may have been opened meanwhile.
func (b *Browser) settle() {
	b.voice.mu.Lock()
	defer b.voice.mu.Unlock()
	for b.voice.muted != b.process.sieve.full() {
		b.voice.muted = !b.voice.muted
		ctx, cancel := context.WithTimeout(b.first.ctx, voicePatience)
		b.speak(ctx, !b.voice.muted)
		cancel()
	}
}

// speak has Chromium tell what is written to the console, or not. What we evaluate
// needs neither. A page that is gone is a trouble that its next command shows.
func (b *Browser) speak(ctx context.Context, aloud bool) {
	for _, w := range b.windows.all(b.first) {
		if aloud {
			_, _ = call(ctx, w, runtime.Enable, cdp.Empty{})
			_, _ = call(ctx, w, log.Enable, cdp.Empty{})
			continue
		}
		_, _ = call(ctx, w, runtime.Disable, cdp.Empty{})
		_, _ = call(ctx, w, log.Disable, cdp.Empty{})
	}
}

// Console returns what was written to the console since a page was last opened, and
// what dialogs came up, newest last. Of a page that wrote too much, Chromium is asked
// for the last lines that it has kept.
func (b *Browser) Console(ctx context.Context) string {
	if b.process.sieve.full() && b.voice.mu.TryLock() { // else the page hangs
		defer b.voice.mu.Unlock()
		ctx, cancel := context.WithTimeout(ctx, recallTime)
		defer cancel()
		b.process.sieve.listen() // should it go on as before, it is muted again
		b.voice.muted = false
		b.speak(ctx, true)
	}
	return b.watch.console()
}
