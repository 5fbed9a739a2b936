package probe

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slamon/slamon/check"
)

// trace is what one probe learns on its way: the clock of its phases and the
// evidence for its judgement. It belongs to the goroutine of the probe.
type trace struct {
	started time.Time
	mark    time.Time   // when the present phase began
	phase   check.Phase // the phase that was reached
	phases  check.Phases
	peer    netip.AddrPort // the resolved address that is talked to
	address string         // the same for probes without a port; goes before peer
	status  string         // status line, response code or greeting
	chain   *chain         // what a TLS handshake showed; nil without one
	body    []byte         // first bytes of the answer
	facts   []check.Fact
	explain bool // a plain Up, too
}

// explaining is the key of a context whose probes explain a plain Up, too.
type explaining struct{}

// Explain returns a context in which a probe that finds its target Up comes back
// with evidence as well: the address, the greeting, the certificate. It is for
// people who ask once; kept results do without.
func Explain(ctx context.Context) context.Context {
	return context.WithValue(ctx, explaining{}, true)
}

// begin starts the clock in the given phase.
func begin(ctx context.Context, p check.Phase) trace {
	now := time.Now()
	return trace{started: now, mark: now, phase: p, explain: ctx.Value(explaining{}) != nil}
}

// enter ends the present phase and starts the next. A phase that is entered
// twice, as on a redirect, has its parts added up.
func (t *trace) enter(next check.Phase) {
	now := time.Now()
	t.spend(now.Sub(t.mark))
	t.mark, t.phase = now, next
}

func (t *trace) spend(d time.Duration) {
	switch t.phase {
	case check.PhaseResolve:
		t.phases.Resolve += d
	case check.PhaseConnect:
		t.phases.Connect += d
	case check.PhaseTLS:
		t.phases.TLS += d
	case check.PhaseWait:
		t.phases.Wait += d
	case check.PhaseTransfer:
		t.phases.Transfer += d
	}
}

// fact records a measured value.
func (t *trace) fact(kind check.FactKind, value float64) {
	if t.facts == nil {
		t.facts = make([]check.Fact, 0, 3) // the most that HTTP and TLS record
	}
	t.facts = append(t.facts, check.Fact{Kind: kind, Value: value})
}

// up is the outcome of a target that did what was asked. A certificate about to
// expire makes it Degraded.
func (t *trace) up() check.Outcome {
	if t.chain != nil && t.chain.remark != "" {
		return t.found(check.Degraded, check.ReasonTLS, t.chain.remark, t.chain.want, t.chain.got)
	}
	if t.explain {
		return t.found(check.Up, check.ReasonNone, "answered as expected", "", "")
	}
	return t.outcome(check.Up, check.ReasonNone)
}

// down is the outcome of a target that answered, but wrongly.
func (t *trace) down(r check.Reason, sentence, want, got string) check.Outcome {
	return t.found(check.Down, r, sentence, want, got)
}

// found is an outcome with its evidence: what happened in one line, what was
// expected, and what came instead. Want and got may be empty.
func (t *trace) found(s check.State, r check.Reason, sentence, want, got string) check.Outcome {
	reached := t.phase
	o := t.outcome(s, r)
	o.Detail = &check.Evidence{
		Sentence: line(sentence),
		Address:  t.at(),
		Phase:    reached,
		Status:   line(t.status),
		Body:     text(t.body),
		Want:     text([]byte(want)),
		Got:      text([]byte(got)),
	}
	if t.chain != nil {
		o.Detail.Certificate = line(t.chain.String())
	}
	return o
}

// failed is the outcome of an error of the present phase: classify says whose
// fault it was.
func (t *trace) failed(ctx context.Context, err error) check.Outcome {
	state, reason := classify(ctx, t.phase, err)
	return t.found(state, reason, t.sentence(ctx, reason, err), "", "")
}

// broken is the outcome of a probe that cannot ask at all, for a reason of its
// own: Unknown.
func (t *trace) broken(r check.Reason, sentence string) check.Outcome {
	return t.found(check.Unknown, r, sentence, "", "")
}

// at tells the address that is talked to. It is made text only when asked for: a
// plain Up does not show it.
func (t *trace) at() string {
	if t.address == "" && t.peer.IsValid() {
		return t.peer.String()
	}
	return t.address
}

func (t *trace) outcome(s check.State, r check.Reason) check.Outcome {
	t.enter(check.PhaseJudge)
	if t.chain != nil && !t.chain.expires.IsZero() {
		t.fact(check.CertificateExpiry, float64(t.chain.expires.Unix()))
	}
	return check.Outcome{State: s, Reason: r, Took: t.mark.Sub(t.started), Phases: t.phases, Facts: t.facts}
}

// sentence tells what could not be done in the present phase, and why.
func (t *trace) sentence(ctx context.Context, r check.Reason, err error) string {
	why := cause(err)
	if r == check.ReasonTimeout {
		why = fmt.Sprintf("no answer within %s", time.Since(t.started).Round(time.Millisecond))
	}
	if r == check.ReasonStopped {
		return "the probe was stopped before it was done"
	}
	switch t.phase {
	case check.PhaseResolve:
		return "the name did not resolve: " + why
	case check.PhaseConnect:
		return fmt.Sprintf("cannot connect to %s: %s", t.at(), why)
	case check.PhaseTLS:
		return "the TLS handshake failed: " + why
	case check.PhaseWait:
		if r == check.ReasonTimeout {
			return "connected, but got " + why
		}
		return "connected, but got no answer: " + why
	case check.PhaseTransfer:
		if r == check.ReasonTimeout {
			return "the answer began, and did not end" + strings.TrimPrefix(why, "no answer")
		}
		return "the answer broke off: " + why
	}
	return why
}

// line makes s fit for one line of evidence.
func line(s string) string {
	return text([]byte(strings.Join(strings.Fields(s), " ")))
}

// text makes the first bytes of b printable: valid UTF-8, no control characters
// but line breaks and tabs, at most check.EvidenceLimit bytes.
func text(b []byte) string { return textWithin(b, check.EvidenceLimit) }

func textWithin(b []byte, limit int) string {
	if len(b) == 0 {
		return ""
	}
	const cut = "…"
	var out strings.Builder
	room := 0 // how much of out leaves room for cut
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size <= 1 || !unicode.IsPrint(r) && r != '\n' && r != '\t' {
			r = '.'
		}
		if out.Len()+utf8.RuneLen(r) > limit {
			return out.String()[:room] + cut
		}
		out.WriteRune(r)
		if out.Len() <= limit-len(cut) {
			room = out.Len()
		}
		b = b[size:]
	}
	return out.String()
}
