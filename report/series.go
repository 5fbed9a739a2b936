package report

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// Pacing is how the results of a file were probed, and where to part them.
type Pacing struct {
	Interval time.Duration // base interval
	Reprobe  time.Duration // pause between probes after a failure; 0 for none
	// Borders part stretches, so that the counts of a window are exact.
	Borders []time.Time
	// Each is called with every result, in order of check and time, if it is not nil.
	// Took stands for its cell of sla.ResponseCell, as precisely as history keeps it.
	Each func(check.Result)
}

// record is a result without what a verdict does not need: files hold millions.
type record struct {
	sent        int64 // nanoseconds since 1970
	check, site int32 // index into names
	state       check.State
	reason      check.Reason
	base        baseMark
	cell        uint16 // of duration_seconds
}

// ReadSeries reads a results file into one series for each check, in order of
// their names. A line that stands there twice counts once. Where the file does
// not say which results are re-probes, the pacing does: a re-probe follows within
// one and a half re-probe pauses, and before the next slot is due.
func ReadSeries(r io.Reader, name string, p Pacing) ([]timeline.Series, error) {
	var records []record
	ids := names{index: map[string]int32{}}
	sites := names{index: map[string]int32{}}
	steps := steps{}
	sorted := true
	err := eachResult(r, name, func(line row) {
		next := record{
			sent: line.sent.UnixNano(), check: ids.of(line.check), site: sites.of(line.site),
			state: line.state, reason: line.reason, base: line.base, cell: sla.ResponseCell(line.took),
		}
		if n := len(records); sorted && n > 0 && compareRecords(records[n-1], next) > 0 {
			sorted = false
		}
		records = append(records, next)
		if line.reason == check.ReasonClock && line.took > 0 {
			steps[stepAt{next.check, next.sent}] = line.took
		}
	})
	if err != nil {
		return nil, err
	}
	if !sorted {
		slices.SortFunc(records, compareRecords)
	}
	var all []timeline.Series
	for len(records) > 0 {
		n := 1
		for n < len(records) && records[n].check == records[0].check {
			n++
		}
		all = append(all, p.series(check.ID(ids.list[records[0].check]), records[:n], steps))
		records = records[n:]
	}
	slices.SortFunc(all, func(a, b timeline.Series) int { return cmp.Compare(a.Check, b.Check) })
	return all, nil
}

// names gives each text a number.
type names struct {
	index map[string]int32
	list  []string
	last  string // most lines repeat the one before
	lastN int32
}

func (n *names) of(text string) int32 {
	if len(n.list) > 0 && text == n.last {
		return n.lastN
	}
	i, ok := n.index[text]
	if !ok {
		text = string([]byte(text)) // do not hold the whole line
		i = int32(len(n.list))
		n.index[text], n.list = i, append(n.list, text)
	}
	n.last, n.lastN = n.list[i], i
	return i
}

func compareRecords(a, b record) int {
	return cmp.Or(
		cmp.Compare(a.check, b.check), cmp.Compare(a.sent, b.sent), cmp.Compare(a.state, b.state),
		cmp.Compare(a.reason, b.reason), cmp.Compare(b.base, a.base),
	)
}

// steps are the steps back of the clock, by how long, of the results that tell of one.
type steps map[stepAt]time.Duration

// stepAt is a result: its check, as an index into names, and when it was sent.
type stepAt struct {
	check int32
	sent  int64
}

// series compresses the records of one check, which are in order. What was sent while the
// clock showed a time that it had shown before stands among the results of the first time;
// Settle leaves none of them in force.
func (p Pacing) series(id check.ID, records []record, steps steps) timeline.Series {
	s := timeline.Series{Check: id, Interval: p.Interval, Reprobe: p.Reprobe}
	var b timeline.Builder
	grid := gridGuess{pacing: p}
	borders := slices.Clone(p.Borders)
	slices.SortFunc(borders, time.Time.Compare)
	for i, r := range records {
		if i > 0 && twice(records[:i], r) {
			continue
		}
		sent := time.Unix(0, r.sent).UTC()
		part := false // at borders, and at lost slots, whose place would be lost too
		for len(borders) > 0 && !sent.Before(borders[0]) {
			borders, part = borders[1:], true
		}
		if open := b.Open(); open.Results > 0 && (part || sent.Sub(open.Last) > timeline.LongGap(p.Interval)) {
			s.Stretches = append(s.Stretches, open)
			b.Resume(timeline.Stretch{})
		}
		result := check.Result{Sent: sent, Base: grid.base(r), Outcome: check.Outcome{State: r.state, Reason: r.reason}}
		if r.reason == check.ReasonClock {
			result.Took = steps[stepAt{r.check, r.sent}]
		}
		if p.Each != nil {
			result.Check, result.Took = id, sla.CellMiddle(r.cell)
			p.Each(result)
		}
		if closed, ok, _ := b.Add(result, p.Interval); ok {
			s.Stretches = append(s.Stretches, closed)
		}
	}
	s.Stretches = append(s.Stretches, b.Open())
	slices.SortStableFunc(s.Stretches, func(a, b timeline.Stretch) int { return a.First.Compare(b.First) })
	s.Stretches = timeline.Settle(s.Stretches)
	s.Gap = grid.longest
	return s
}

// twice reports whether r says the same as one of the records just before it.
func twice(before []record, r record) bool {
	for i := len(before) - 1; i >= 0 && before[i].sent == r.sent; i-- {
		if before[i].state == r.state && before[i].site == r.site {
			return true
		}
	}
	return false
}

// gridGuess tells base probes from re-probes where the file does not.
type gridGuess struct {
	pacing     Pacing
	last, slot int64         // the result before, and the last base probe
	known      int64         // the last base probe with a known outcome
	longest    time.Duration // see timeline.Series.Gap
	any        bool
}

func (g *gridGuess) base(r record) bool {
	fast := g.any && g.pacing.Reprobe > 0 &&
		r.sent-g.last <= int64(g.pacing.Reprobe*3/2) &&
		r.sent-g.slot < int64(g.pacing.Interval-g.pacing.Reprobe/2)
	base := !fast
	if r.base != baseUnstated {
		base = r.base == baseYes
	}
	if base && r.state != check.Unknown {
		gap := time.Duration(r.sent - g.known)
		if g.known != 0 && gap > g.pacing.Interval && gap <= timeline.LongGap(g.pacing.Interval) {
			g.longest = max(g.longest, gap)
		}
		g.known = r.sent
	}
	if base {
		g.slot = r.sent
	}
	g.last, g.any = r.sent, true
	return base
}
