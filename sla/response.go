package sla

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// ResponseClaim holds a service to a time of response: "3 s for 99 % of operations".
// Of the claim beneath it, Availability, Combine, DegradedDown and Rule say nothing
// here: a failed operation is late, and the operations of all its checks count
// together.
type ResponseClaim struct {
	Claim
	Promise
}

// ResponseVerdict is how a claim on response time stands.
type ResponseVerdict struct {
	Claim  ResponseClaim
	Period timeline.Period // the whole window, borders in the claim's zone
	Until  time.Time       // how far it is counted: the window's end, or now
	Final  bool            // the window has ended

	Excluded time.Duration // maintenance and closed hours that the claim leaves out
	ResponseFigures
	Point         float64 // share within the limit of those that were asked; NaN without any
	Low95, High95 float64 // two-sided 95 % limits of the share that users saw
	Answer        Answer  // never BreachedCertain: a probe is a sample of what users do
	Explanation   string
	// Deciding is the base interval at which the same shares would have decided the
	// claim; zero when it is decided, or when no interval can.
	Deciding time.Duration
	Interval time.Duration     // the slowest base interval of its checks
	Checks   []ResponseFigures // of each check by itself, in the order of the claim
}

// ResponseFigures are the response times of one check, or of several, in a period.
type ResponseFigures struct {
	Check      check.ID // empty for several
	Operations int      // asked, with or without answer
	Failed     int      // not answered, or wrongly; or late as a correction has it
	Excused    int      // late or failed, and in time as a correction has it
	Unknown    int      // slots in which nothing could be asked
	Coming     int      // slots that lie ahead
	// Least and Most are how many took at most the limit: those that were recorded at
	// the limit itself (see ResponseCell) may or may not.
	Least, Most int
	Quantiles   [len(ResponseQuantiles)]Quantile // of the answered operations
}

// ResponseQuantiles are the shares for which a time is told.
var ResponseQuantiles = [...]float64{.5, .9, .95, .99}

// Quantile is the time that a share of the answered operations took at most, as the
// bounds of the cell that it falls into. Both are zero while none was answered.
type Quantile struct {
	Share     float64
	Low, High time.Duration
}

// Middle is the one time to show where there is no room for two.
func (q Quantile) Middle() time.Duration { return q.Low + (q.High-q.Low)/2 }

// FiguresOf sums up operations. Without a limit Least and Most are zero.
func FiguresOf(id check.ID, r Responses, limit time.Duration) ResponseFigures {
	f := ResponseFigures{Check: id, Operations: r.Asked(), Failed: r.Failed, Excused: r.Excused, Unknown: r.Unknown, Coming: r.Coming}
	if f.Least, f.Most = r.Within(limit); limit > 0 {
		f.Least, f.Most = f.Least+r.Excused, f.Most+r.Excused
	}
	for i, q := range ResponseQuantiles {
		low, high, _ := r.Percentile(q)
		f.Quantiles[i] = Quantile{q, low, high}
	}
	return f
}
