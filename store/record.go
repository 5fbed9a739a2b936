package store

import (
	"time"

	"github.com/slamon/slamon/check"
)

// record is a result as the store sees it: what goes into the log and the chunks.
type record struct {
	state    *history
	ms       int64 // Sent, Unix milliseconds
	interval time.Duration
	site     uint32
	code     uint16 // latency
	outcome  check.State
	reason   check.Reason
	base     bool
	changed  bool   // interval and site differ from the check's result before
	kept     bool   // evidence was stored with it
	hash     uint32 // of the evidence; 0 for none; not written
}

// plain reports whether the record is what nearly all are: up, on the base grid,
// with a latency. Chunks spend a single bit on saying so.
func (r record) plain() bool {
	return r.outcome == check.Up && r.reason == check.ReasonNone && r.base && r.code != 0
}

// The bits of the byte that describes a record that is not plain.
const (
	flagState   = 0x03 // check.State
	flagBase    = 0x04
	flagReason  = 0x08 // a reason follows
	flagLatency = 0x10 // a latency follows
	flagSetting = 0x20 // log only: interval and site follow
	flagKept    = 0x40 // log only: evidence was stored
)

func (r record) flags() byte {
	f := byte(r.outcome) & flagState
	if r.base {
		f |= flagBase
	}
	if r.reason != check.ReasonNone {
		f |= flagReason
	}
	if r.code != 0 {
		f |= flagLatency
	}
	return f
}

// result returns the record as a Result; its latency is that of the code.
func (r record) result(id check.ID, site string) check.Result {
	return check.Result{
		Check: id,
		Site:  site,
		Sent:  fromMS(r.ms),
		Base:  r.base,
		Outcome: check.Outcome{
			State:  r.outcome,
			Reason: r.reason,
			Took:   codeLatency(r.code),
		},
	}
}

func fromMS(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
