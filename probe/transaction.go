package probe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// defaultCleanup is what of the timeout is kept for the clean-up unless the
	// check says otherwise: two round trips to the other side of the world.
	defaultCleanup = 2 * time.Second

	// maxSteps bounds a transaction, clean-up included: a user's errand is a
	// handful of requests, and each step is a label of a metric.
	maxSteps = 40
)

// transaction is a check that acts like a user, made ready. It is used by several
// runs at the same time; what belongs to one is in a txRun.
type transaction struct {
	params  check.Transaction
	steps   []*txStep
	cleanup []*txStep
	values  map[string]string // of the variables of the file
	secrets []string
	origins map[string]bool // that the file names: credentials go nowhere else
	oauth   *oauth          // nil for none
}

// txStep is a step made ready.
type txStep struct {
	check.TransactionStep
	number, of int
	cleanup    bool
	url        *url.URL // nil when it has variables
	asJSON     bool     // its answer must be JSON
	hides      bool     // its answer holds a secret
}

// Transaction returns a probe that makes the steps of p one after the other, with
// cookies and captured values, over one connection for each origin. It is Up when
// every answer is as expected. It panics in no case; parameters that make no sense
// are an Unknown outcome that says so.
func Transaction(p check.Transaction) func(context.Context) check.Outcome {
	return usable(runner(newTransaction(p)))
}

func newTransaction(p check.Transaction) (*transaction, error) {
	if len(p.Steps) == 0 {
		return nil, errors.New("transaction without steps")
	}
	if n := len(p.Steps) + len(p.Cleanup); n > maxSteps {
		return nil, fmt.Errorf("transaction of %d steps: %d at most", n, maxSteps)
	}
	if p.CleanupTime == 0 && len(p.Cleanup) > 0 {
		p.CleanupTime = defaultCleanup
	}
	x := &transaction{params: p, values: map[string]string{}, origins: map[string]bool{}}
	for _, v := range p.Variables {
		x.values[v.Name] = v.Value.Reveal()
		if !v.Plain {
			x.secrets = append(x.secrets, v.Value.Reveal())
		}
	}
	for i, s := range slices.Concat(p.Steps, p.Cleanup) {
		step, err := x.ready(s)
		if err != nil {
			return nil, fmt.Errorf("step %q: %w", s.Name, err)
		}
		step.number, step.of, step.cleanup = i+1, len(p.Steps), i >= len(p.Steps)
		if step.cleanup {
			step.number, step.of = i+1-len(p.Steps), len(p.Cleanup)
			x.cleanup = append(x.cleanup, step)
		} else {
			x.steps = append(x.steps, step)
		}
	}
	if p.OAuth == nil {
		return x, nil
	}
	var err error
	x.secrets = append(x.secrets, p.OAuth.Secret.Reveal())
	x.oauth, err = newOAuth(*p.OAuth)
	return x, err
}

// ready prepares what is the same in every run.
func (p *transaction) ready(s check.TransactionStep) (*txStep, error) {
	step := &txStep{TransactionStep: s}
	if step.Method == "" {
		step.Method = "GET"
		if s.Body != "" || s.JSON != "" || len(s.Form) > 0 {
			step.Method = "POST"
		}
	}
	names, err := s.URL.Variables()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		if step.url, err = parseTarget(string(s.URL)); err != nil {
			return nil, err
		}
	}
	if u, ok := literalOrigin(s.URL); ok {
		a, err := new(httpProbe).ask(u, step.Method, nil)
		if err != nil {
			return nil, err
		}
		p.origins[origin(&a)] = true
	}
	step.asJSON = len(s.JSONMatch) > 0
	for _, m := range s.JSONMatch {
		if !check.JSONPath(m.Path) {
			return nil, fmt.Errorf("JSON path %q: want one without modifiers", m.Path)
		}
	}
	for _, c := range s.Capture {
		if c.JSON != "" && !check.JSONPath(c.JSON) {
			return nil, fmt.Errorf("JSON path %q: want one without modifiers", c.JSON)
		}
		step.asJSON = step.asJSON || c.JSON != ""
		step.hides = step.hides || c.Secret && (c.JSON != "" || c.Body != nil)
	}
	return step, nil
}

// txRun is one run of a transaction. It belongs to the goroutine of the probe.
type txRun struct {
	*transaction
	values  map[string]string
	missing map[string]string // why a variable has no value
	masks   masks
	cookies trail // only its jar
	lines   map[string]*txLine
	token   token
	tell    func(StepEvent)
	explain bool

	report report
}

func (p *transaction) run(ctx context.Context) check.Outcome {
	r := &txRun{
		transaction: p,
		values:      make(map[string]string, len(p.values)+8),
		masks:       masks{secrets: slices.Clip(p.secrets)},
		tell:        watcher(ctx),
		explain:     ctx.Value(explaining{}) != nil,
	}
	for name, v := range p.values {
		r.values[name] = v
	}
	r.values[check.RunVariable] = newToken()
	defer r.close()
	r.main(ctx)
	o := r.report.outcome(r)
	if len(p.cleanup) > 0 {
		o = r.tidy(ctx, o)
	}
	if o.Detail != nil {
		r.masks.evidence(o.Detail)
	}
	return o
}

// main makes the steps until one fails.
func (r *txRun) main(ctx context.Context) {
	if len(r.cleanup) > 0 {
		end := deadline(ctx)
		kept := min(r.params.CleanupTime, time.Until(end)/2)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-kept))
		defer cancel()
	}
	if r.oauth != nil && !r.authorize(ctx) {
		return
	}
	for _, s := range r.steps {
		o := r.make(ctx, s)
		if o.Reason == check.ReasonAuth && r.token.cached && r.authorizeAnew(ctx) {
			o = r.make(ctx, s)
		}
		r.report.add(s, o)
		if !o.State.Good() && (!s.Optional || o.State == check.Unknown) {
			return
		}
	}
}

// tidy makes the clean-up steps: all that can be made, whatever came before, and
// within their own time. What they leave behind is for the next run to stumble on,
// so a failure makes an Up Degraded; the vendor did what was asked, so not Down.
func (r *txRun) tidy(ctx context.Context, o check.Outcome) check.Outcome {
	end := time.Now().Add(r.params.CleanupTime)
	if whole := deadline(ctx); whole.Before(end) {
		end = whole
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	defer cancel()
	for _, s := range r.transaction.cleanup {
		if missing := r.lacks(s); missing != "" {
			r.skip(s, missing)
			continue
		}
		done := r.make(ctx, s)
		r.report.line(s, done)
		if o.State == check.Up && !done.State.Good() {
			o.State, o.Reason, o.Detail = check.Degraded, done.Reason, done.Detail
			o.Detail.Sentence = line("the clean-up failed: " + o.Detail.Sentence)
		}
	}
	if o.Detail != nil {
		o.Detail.Steps = r.report.text()
	}
	return o
}

// make makes one step within its time.
func (r *txRun) make(ctx context.Context, s *txStep) check.Outcome {
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	o := r.step(ctx, s)
	if o.State == check.Up && s.DegradedAfter > 0 && o.Took > s.DegradedAfter {
		o.State, o.Reason = check.Degraded, check.ReasonSlow
		o.Detail = &check.Evidence{
			Sentence: s.named(fmt.Sprintf("answered after %s, slower than its limit of %s", o.Took.Round(time.Millisecond), s.DegradedAfter)),
			Want:     "within " + s.DegradedAfter.String(),
			Got:      o.Took.String(),
		}
	}
	if s.Optional && o.State == check.Down {
		o.State = check.Degraded
	}
	return o
}

// named puts the step before what is said of it.
func (s *txStep) named(sentence string) string {
	if s.cleanup {
		return line(fmt.Sprintf("step %s of the clean-up: %s", s.Name, sentence))
	}
	if s.of == 0 {
		return line(s.Name + ": " + sentence)
	}
	return line(fmt.Sprintf("step %s (%d of %d): %s", s.Name, s.number, s.of, sentence))
}
