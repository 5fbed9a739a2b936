package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/probe/browser"
	"github.com/slamon/slamon/secret"
)

const (
	// maxBrowsers bounds the browsers that run at the same time: each needs some
	// 300 MiB, and most of a core while a page loads. More wait, within their timeout.
	maxBrowsers = 2

	// browserKept is what is kept of the timeout for the picture of a page that did
	// not do what it should, and for the end of all processes.
	browserKept = 1500 * time.Millisecond

	// pictureTime is how long a picture may take. Of a page that hangs there is none.
	pictureTime = 3 * time.Second

	defaultBrowserMemory = 1 << 30
	defaultBrowserWidth  = 1280
	defaultBrowserHeight = 800
)

var browserPlaces = make(chan struct{}, maxBrowsers)

// browserProbe is a check with a browser, made ready.
type browserProbe struct {
	params  check.Browser
	options browser.Options
	steps   []*txStep // names and numbers only
	values  map[string]string
	secrets []string
}

// Browser returns a probe that does the steps of p in a Chromium of its own. It is
// Up when every page was as expected, and Unknown when there is no Chromium.
func Browser(p check.Browser) func(context.Context) check.Outcome {
	return usable(runner(newBrowser(p)))
}

func newBrowser(p check.Browser) (*browserProbe, error) {
	if len(p.Steps) == 0 {
		return nil, errors.New("browser without steps")
	}
	if len(p.Steps) > maxSteps {
		return nil, fmt.Errorf("browser with %d steps: %d at most", len(p.Steps), maxSteps)
	}
	as, err := identify(p.User)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	b := &browserProbe{params: p, values: map[string]string{}, options: browser.Options{
		Program: p.Program, NoSandbox: p.NoSandbox, SkipVerify: p.SkipVerify, Authorities: p.Authorities, Proxy: p.Proxy, AcceptDialogs: p.AcceptDialogs,
		Width: orElse(p.Width, defaultBrowserWidth), Height: orElse(p.Height, defaultBrowserHeight),
		MaxMemory: orElse(p.MaxMemory, defaultBrowserMemory),
	}}
	if as.set {
		b.options.As = &browser.Identity{UID: as.uid, GID: as.gid}
	}
	for _, v := range p.Variables {
		b.values[v.Name] = v.Value.Reveal()
		if !v.Plain {
			b.secrets = append(b.secrets, v.Value.Reveal())
		}
	}
	for i, s := range p.Steps {
		if err := rightStep(s); err != nil {
			return nil, fmt.Errorf("step %q: %w", s.Name, err)
		}
		b.steps = append(b.steps, &txStep{TransactionStep: check.TransactionStep{Name: s.Name}, number: i + 1, of: len(p.Steps)})
	}
	return b, nil
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// rightStep refuses a step that cannot be made.
func rightStep(s check.BrowserStep) error {
	does := 0
	for _, t := range []string{string(s.Open), s.Click, s.Into} {
		if t != "" {
			does++
		}
	}
	switch {
	case does > 1:
		return errors.New("open, click and type exclude each other")
	case s.Into == "" && (s.Type != "" || s.Enter):
		return errors.New("type without into")
	case s.Window != "" && s.Window != check.BrowserNew && s.Window != check.BrowserFirst:
		return fmt.Errorf("window %q: new or first", s.Window)
	case does == 0 && s.Window == "" && s.WaitFor == "" && len(s.Text)+len(s.Title)+len(s.URL) == 0:
		return errors.New("neither does nor expects anything")
	}
	for _, t := range []check.Text{s.Open, s.Type} {
		if _, err := t.Variables(); err != nil {
			return err
		}
	}
	return nil
}

// browserRun is one run. It belongs to the goroutine of the probe.
type browserRun struct {
	*browserProbe
	fill   *txRun // only its values and masks
	with   *browser.Browser
	tell   func(StepEvent)
	report report
}

func (p *browserProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseConnect)
	if ctx.Err() == context.Canceled {
		return t.broken(check.ReasonStopped, "the probe was stopped before Chromium was started")
	}
	select {
	case browserPlaces <- struct{}{}:
		defer func() { <-browserPlaces }()
	case <-ctx.Done():
		return t.broken(check.ReasonResources, fmt.Sprintf("%d browsers ran already, all the time", maxBrowsers))
	}
	end := deadline(ctx)
	steps, cancel := context.WithDeadline(ctx, end.Add(-min(browserKept, time.Until(end)/4)))
	defer cancel()
	with, err := browser.Start(steps, p.options)
	if err != nil {
		return t.fault(err)
	}
	defer with.Close()
	r := &browserRun{browserProbe: p, with: with, tell: watcher(ctx), fill: &txRun{
		transaction: &transaction{steps: p.steps}, values: map[string]string{check.RunVariable: newToken()},
		masks: masks{secrets: slices.Clip(p.secrets)}, explain: ctx.Value(explaining{}) != nil,
	}}
	for name, v := range p.values {
		r.fill.values[name] = v
	}
	r.all(ctx, steps)
	o := r.report.outcome(r.fill)
	if o.Detail != nil {
		r.fill.masks.evidence(o.Detail)
	}
	return o
}

// fault turns what package browser says into an outcome.
func (t *trace) fault(err error) check.Outcome {
	f, ok := errors.AsType[*browser.Fault](err)
	if !ok {
		return t.broken(check.ReasonInternal, err.Error())
	}
	return t.found(f.State, f.Reason, f.Sentence, f.Want, f.Got)
}

// all makes the steps until one fails.
func (r *browserRun) all(whole, ctx context.Context) {
	for i, s := range r.params.Steps {
		o := r.make(whole, ctx, r.steps[i], s)
		r.report.add(r.steps[i], o)
		if !o.State.Good() {
			return
		}
	}
}

// make makes one step within its time.
func (r *browserRun) make(whole, ctx context.Context, named *txStep, s check.BrowserStep) check.Outcome {
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	t := begin(ctx, check.PhaseWait)
	made, err := r.ready(s)
	if err != nil {
		return t.broken(check.ReasonInternal, named.named(err.Error()))
	}
	r.begins(named, s)
	err = r.with.Do(ctx, made)
	t.status = r.with.Status()
	o := t.up()
	if err != nil {
		o = t.fault(err)
		o.Detail.Sentence = named.named(o.Detail.Sentence)
		r.keep(whole, o.Detail)
	} else if s.DegradedAfter > 0 && o.Took > s.DegradedAfter {
		o = t.found(check.Degraded, check.ReasonSlow, named.slow(o.Took, s.DegradedAfter), "within "+s.DegradedAfter.String(), o.Took.String())
	}
	r.done(named, o)
	return o
}

// slow says that a step was slower than it should be.
func (s *txStep) slow(took, limit time.Duration) string {
	return s.named(fmt.Sprintf("took %s, longer than its limit of %s", took.Round(time.Millisecond), limit))
}

// ready puts the values into a step.
func (r *browserRun) ready(s check.BrowserStep) (browser.Step, error) {
	made := browser.Step{
		Window: s.Window, Frame: s.Frame,
		Click: s.Click, Into: s.Into, Typed: s.Into != "", Enter: s.Enter, WaitFor: s.WaitFor, Text: s.Text, Title: s.Title, URL: s.URL,
	}
	var err error
	if made.Open, err = r.fill.fill(s.Open, inURL); err != nil {
		return made, err
	}
	made.Type, err = r.fill.fill(s.Type, plainly)
	return made, err
}

// keep adds console and picture to the evidence of a failed step. Time was kept for
// that; a browser that has ended has neither.
func (r *browserRun) keep(ctx context.Context, e *check.Evidence) {
	ctx, cancel := context.WithTimeout(ctx, min(pictureTime, time.Until(deadline(ctx))-browserKept/3))
	defer cancel()
	e.Console = textWithin([]byte(r.fill.masks.hide(r.with.Console(ctx))), check.ConsoleLimit)
	e.Picture = string(r.with.Picture(ctx, r.secrets, secret.Placeholder))
}

// begins tells whoever watches that a step begins, and done how it went.
func (r *browserRun) begins(named *txStep, s check.BrowserStep) {
	if r.tell == nil {
		return
	}
	what := "look at the page"
	switch {
	case s.Open != "":
		what = "open " + string(s.Open)
	case s.Click != "":
		what = "click " + s.Click
	case s.Into != "":
		what = "type into " + s.Into
	case s.Window != "":
		what = "go to the " + s.Window + " window"
	}
	if len(s.Frame) > 0 {
		what += " in the frame " + strings.Join(s.Frame, check.BrowserFrameIn)
	}
	r.tell(StepEvent{Number: named.number, Of: named.of, Name: named.Name, Request: r.fill.masks.hide(what)})
}

func (r *browserRun) done(named *txStep, o check.Outcome) {
	if r.tell == nil {
		return
	}
	e := StepEvent{Number: named.number, Of: named.of, Name: named.Name, Done: true, State: o.State, Took: o.Took, Status: r.with.Status(), Page: true}
	if d := o.Detail; d != nil && o.State != check.Up {
		hide := r.fill.masks.hide
		e.Sentence, e.Want, e.Got, e.Console = hide(d.Sentence), hide(d.Want), hide(d.Got), d.Console
	}
	r.tell(e)
}
