package probe

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
)

// report gathers what the steps of a run came to.
type report struct {
	took    time.Duration
	phases  check.Phases
	expires float64 // earliest end of a certificate, in Unix seconds; 0 for none
	status  float64 // last status code; 0 for none
	bytes   float64
	facts   []check.Fact
	worst   *check.Outcome // the first failure, or else the first degraded step
	lines   []string
}

// add takes up a step.
func (p *report) add(s *txStep, o check.Outcome) {
	p.took += o.Took
	p.phases.Resolve += o.Phases.Resolve
	p.phases.Connect += o.Phases.Connect
	p.phases.TLS += o.Phases.TLS
	p.phases.Wait += o.Phases.Wait
	p.phases.Transfer += o.Phases.Transfer
	for _, f := range o.Facts {
		switch f.Kind {
		case check.HTTPStatus:
			p.status = f.Value
		case check.BodyBytes:
			p.bytes += f.Value
		case check.CertificateExpiry:
			if p.expires == 0 || f.Value < p.expires {
				p.expires = f.Value
			}
		}
	}
	if p.facts == nil {
		p.facts = make([]check.Fact, 0, s.of+3)
	}
	p.facts = append(p.facts, check.Fact{Kind: check.StepSeconds, Value: o.Took.Seconds(), Label: s.Name})
	if o.State != check.Up && (p.worst == nil || p.worst.State.Good() && !o.State.Good()) {
		p.worst = &o
	}
	p.line(s, o)
}

// line notes a step for the evidence.
func (p *report) line(s *txStep, o check.Outcome) {
	status := ""
	if o.Detail != nil && o.Detail.Status != "" {
		status = ", " + o.Detail.Status
	}
	p.lines = append(p.lines, "")
	p.lines[len(p.lines)-1] = s.Name + " " + o.State.String() + " " + o.Took.Round(10*time.Microsecond).String() + status
}

func (p *report) text() string { return text([]byte(strings.Join(p.lines, "\n"))) }

// outcome is the judgement of all.
func (p *report) outcome(r *txRun) check.Outcome {
	o := check.Outcome{State: check.Up}
	if p.worst != nil {
		o = *p.worst
	}
	o.Took, o.Phases, o.Facts = p.took, p.phases, p.facts
	for _, f := range []check.Fact{
		{Kind: check.HTTPStatus, Value: p.status}, {Kind: check.BodyBytes, Value: p.bytes}, {Kind: check.CertificateExpiry, Value: p.expires},
	} {
		if f.Value != 0 {
			o.Facts = append(o.Facts, f)
		}
	}
	if o.Detail == nil && r.explain {
		o.Detail = &check.Evidence{Sentence: fmt.Sprintf("all %d steps answered as expected", len(r.steps))}
	}
	if o.Detail != nil {
		o.Detail.Steps = p.text()
	}
	return o
}
