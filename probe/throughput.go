package probe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// defaultTransfer is what is transferred unless the check says otherwise: 4 s of
	// the 512 kbit/s that the vendor advises.
	defaultTransfer = 256 << 10

	// maxTransfer keeps the measurement polite, and bounds what it holds in memory.
	maxTransfer = 16 << 20
)

// throughput is a measurement made ready.
type throughput struct {
	check.Throughput
	down, up, reference *httpProbe
	lineSlow            func(context.Context) (string, bool)
}

func newThroughput(p check.Throughput, lineSlow func(context.Context) (string, bool)) (*throughput, error) {
	if p.Down == nil && p.Up == nil {
		return nil, errors.New("throughput without a place to measure to")
	}
	for _, n := range []*int64{&p.DownBytes, &p.UpBytes} {
		if *n == 0 {
			*n = defaultTransfer
		}
		if *n < 0 || *n > maxTransfer {
			return nil, fmt.Errorf("throughput: %d bytes: want at most %d", *n, maxTransfer)
		}
	}
	x := &throughput{Throughput: p, lineSlow: lineSlow}
	for _, one := range []struct {
		url   *url.URL
		into  **httpProbe
		bytes int64
	}{{p.Down, &x.down, p.DownBytes}, {p.Up, &x.up, p.UpBytes}, {p.Reference, &x.reference, p.DownBytes}} {
		if one.url == nil {
			continue
		}
		h := check.HTTP{URL: one.url, Family: p.Family, TLS: p.TLS, MaxBody: one.bytes, MaxRedirects: 3}
		if one.into == &x.reference {
			h.TLS = check.TLSOptions{} // those of the check are for the vendor's host
		}
		if one.into == &x.up {
			h.Method, h.Body, h.MaxBody, h.MaxRedirects = "POST", make([]byte, one.bytes), 64<<10, 0
		}
		ready, err := newHTTP(h)
		if err != nil {
			return nil, fmt.Errorf("throughput: %w", err)
		}
		*one.into = ready
	}
	return x, nil
}

// run measures one direction after the other. A transfer that fails is judged as any
// answer of HTTP.
func (p *throughput) run(ctx context.Context) check.Outcome {
	var o check.Outcome
	var facts []check.Fact
	var took time.Duration
	slow, limit := "", 0.0
	if p.down != nil {
		o = p.down.run(ctx)
		took += o.Took
		if !o.State.Good() {
			return o
		}
		if n := int64(transferred(o)); n < p.DownBytes {
			return short(o, n, p.DownBytes)
		}
		rate := bitsPerSecond(transferred(o), o.Phases.Transfer)
		facts = append(facts, check.Fact{Kind: check.DownBits, Value: rate})
		if rate < p.DownMin {
			slow, limit = fmt.Sprintf("only %s down", kbits(rate)), p.DownMin
		}
	}
	if p.up != nil {
		o = p.up.run(ctx)
		took += o.Took
		if !o.State.Good() {
			return o
		}
		rate := bitsPerSecond(float64(p.UpBytes), o.Phases.Wait)
		facts = append(facts, check.Fact{Kind: check.UpBits, Value: rate})
		if rate < p.UpMin && slow == "" {
			slow, limit = fmt.Sprintf("only %s up", kbits(rate)), p.UpMin
		}
	}
	o.Took, o.Facts = took, facts
	if slow != "" && o.State == check.Up {
		p.blame(ctx, &o, slow, limit)
	}
	return o
}

// blame says whose slowness it is: with a reference that is slow too, that of our own
// line. The reference is fetched, so it is held against the limit for fetching. Without
// one that says anything, the anchors are asked.
func (p *throughput) blame(ctx context.Context, o *check.Outcome, slow string, limit float64) {
	o.State, o.Reason = check.Degraded, check.ReasonThreshold
	o.Detail = &check.Evidence{Sentence: slow + ", less than " + kbits(limit), Want: "at least " + kbits(limit), Got: slow}
	if rate, ok := p.referenceRate(ctx); ok {
		if rate >= max(p.DownMin, limit) {
			o.Detail.Sentence += "; the reference gives " + kbits(rate)
			return
		}
		o.State, o.Reason = check.Unknown, check.ReasonOwnNetwork
		o.Detail.Sentence = fmt.Sprintf("our own line is slow: %s, and the reference gives no more than %s", slow, kbits(rate))
		return
	}
	if p.lineSlow == nil {
		return
	}
	said, blamed := p.lineSlow(ctx)
	if said != "" {
		o.Detail.Sentence += "; " + said
	}
	if blamed {
		o.State, o.Reason = check.Unknown, check.ReasonOwnNetwork
		o.Detail.Sentence = line(fmt.Sprintf("our own line is slow: %s, and %s", slow, said))
	}
}

// referenceRate fetches the reference; false when it says nothing about the line.
func (p *throughput) referenceRate(ctx context.Context) (float64, bool) {
	if p.reference == nil {
		return 0, false
	}
	r := p.reference.run(ctx)
	if !r.State.Good() || int64(transferred(r)) < p.DownBytes {
		return 0, false
	}
	return bitsPerSecond(transferred(r), r.Phases.Transfer), true
}

// short is the outcome of an answer with too little to measure by: a rate over a few
// packets says nothing.
func short(o check.Outcome, got, want int64) check.Outcome {
	o.State, o.Reason, o.Facts = check.Degraded, check.ReasonContent, nil
	o.Detail = &check.Evidence{
		Sentence: fmt.Sprintf("there were only %d of the %d bytes that the rate is to be measured by", got, want),
		Want:     fmt.Sprintf("%d bytes", want), Got: fmt.Sprintf("%d bytes", got),
	}
	return o
}

// transferred is the number of bytes that were read.
func transferred(o check.Outcome) float64 {
	for _, f := range o.Facts {
		if f.Kind == check.BodyBytes {
			return f.Value
		}
	}
	return 0
}

func bitsPerSecond(bytes float64, took time.Duration) float64 {
	return 8 * bytes / max(took.Seconds(), 1e-6) // no clock measures less
}

func kbits(rate float64) string { return fmt.Sprintf("%.0f kbit/s", rate/1000) }
