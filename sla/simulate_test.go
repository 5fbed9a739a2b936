package sla

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// outage is a down time of the simulated service, in nanoseconds from the start.
type outage struct{ from, to int64 }

// design is a way to probe.
type design struct {
	name     string
	interval time.Duration
	reprobe  time.Duration
	good     int // good re-probes after recovery before the base grid is enough
	// sensed is the share of outages that break a connection kept open, whereupon a
	// probe is sent at once, but not more often than once in an interval.
	sensed float64
}

// breaks reports whether an outage breaks connections.
func (d design) breaks(o outage) bool {
	return float64(uint64(o.from)*0x9e3779b97f4a7c15>>11)/(1<<53) < d.sensed
}

// noticed is how long after the break the probe is sent.
const noticed = 20 * time.Millisecond

// designs are the five of the accounting rules, the daemon's own habit of three
// good re-probes after recovery, and that with a connection as an early sensor.
var designs = []design{
	{"300 s", 300 * time.Second, 0, 0, 0},
	{"300+10 s", 300 * time.Second, 10 * time.Second, 0, 0},
	{"60 s", 60 * time.Second, 0, 0, 0},
	{"60+10 s", 60 * time.Second, 10 * time.Second, 0, 0},
	{"10 s", 10 * time.Second, 0, 0, 0},
	{"300+10 s, 3 good", 300 * time.Second, 10 * time.Second, 3, 0},
	{"300+10 s, half sensed", 300 * time.Second, 10 * time.Second, 3, 0.5},
	{"300+10 s, all sensed", 300 * time.Second, 10 * time.Second, 3, 1},
}

// simStart is where simulated windows begin.
var simStart = time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC)

// prober walks over a simulated service and makes the stretches that the store
// would hold. It skips the base probes that cannot fail.
type prober struct {
	design
	outages []outage
	phase   int64 // of the base grid
	end     int64
	skip    bool // jump over good time; off only to test the jumping
	builder timeline.Builder
	series  timeline.Series
}

// probe returns the history of the window.
func (p *prober) probe() timeline.Series {
	p.series = timeline.Series{Check: "sim", Interval: p.interval, Reprobe: p.reprobe}
	step := int64(p.interval)
	next, fast, good := p.phase, int64(math.MaxInt64), 0
	at := 0 // first outage that can still be hit
	var s sensor
	for next < p.end || fast < p.end {
		broken := s.breaks(p)
		t := min(next, fast, broken)
		if t == broken && !s.broke(t, step) && t < min(next, fast) {
			continue
		}
		for at < len(p.outages) && p.outages[at].to <= t {
			at++
		}
		down := at < len(p.outages) && p.outages[at].from <= t
		base := t == next
		if base {
			next += step
		}
		if !down && !s.open && p.sensed > 0 {
			s.open, s.since = true, t
		}
		p.add(t, down, base)
		switch {
		case p.reprobe == 0:
		case down:
			fast, good = t+int64(p.reprobe), p.good
		case good > 0:
			fast, good = t+int64(p.reprobe), good-1
		default:
			fast = math.MaxInt64
		}
		if p.skip && !down && fast == math.MaxInt64 {
			next = p.jump(next, at, s.breaks(p))
		}
	}
	if open := p.builder.Open(); open.Results > 0 {
		p.series.Stretches = append(p.series.Stretches, open)
	}
	return p.series
}

// sensor is a connection kept open: from a good probe until an outage breaks it.
type sensor struct {
	open  bool
	since int64
	spent int64 // when a probe was last sent for it; 0 for never
	next  int   // first outage that can break it
}

// breaks returns when the monitor notices that the connection broke.
func (s *sensor) breaks(p *prober) int64 {
	if !s.open {
		return math.MaxInt64
	}
	for ; s.next < len(p.outages); s.next++ {
		if o := p.outages[s.next]; o.from >= s.since && p.breaks(o) {
			return o.from + int64(noticed)
		}
	}
	return math.MaxInt64
}

// broke closes it at t, and reports whether a probe may be sent.
func (s *sensor) broke(t, interval int64) bool {
	s.open = false
	if s.spent > 0 && t-s.spent < interval {
		return false
	}
	s.spent = t
	return true
}

// jump adds the good base probes up to the next one that fails in one go, and
// returns that one's time.
func (p *prober) jump(next int64, at int, sensed int64) int64 {
	step := int64(p.interval)
	hit := min(p.end, sensed)
	for ; at < len(p.outages); at++ {
		o := p.outages[at]
		first := next
		if o.from > next {
			first = next + (o.from-next+step-1)/step*step
		}
		if first < o.to {
			hit = min(hit, first)
			break
		}
	}
	n := (min(hit, p.end) - next + step - 1) / step // slots before it
	if n <= 0 {
		return next
	}
	open := p.builder.Open()
	open.Last = simStart.Add(time.Duration(next + (n-1)*step))
	open.Results += int(n)
	open.Base += int(n)
	p.builder.Resume(open)
	return next + n*step
}

func (p *prober) add(t int64, down, base bool) {
	state := check.Up
	if down {
		state = check.Down
	}
	r := check.Result{Sent: simStart.Add(time.Duration(t)), Base: base, Outcome: check.Outcome{State: state}}
	if closed, ok, _ := p.builder.Add(r, p.interval); ok {
		p.series.Stretches = append(p.series.Stretches, closed)
	}
}

// downtime is the truth: how long the service was down before end.
func downtime(all []outage, end int64) time.Duration {
	var sum int64
	for _, o := range all {
		sum += max(0, min(o.to, end)-o.from)
	}
	return time.Duration(sum)
}

// process is a law of outages.
type process struct {
	name    string
	perYear float64                      // starts, or bursts
	length  func(r *rand.Rand) float64   // seconds
	burst   func(r *rand.Rand) []float64 // up seconds between the outages of a burst; nil for single ones
}

const yearSeconds = 365 * 24 * 3600.0

func exponential(mean float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return r.ExpFloat64() * mean }
}

// processes are the nine rows of the accounting rules' table D.7; all but the
// sixth are down some 47 minutes a year.
var processes = []process{
	{name: "2/yr exp. 23.65 min", perYear: 2, length: exponential(23.65 * 60)},
	{name: "2/yr lognormal σ 1.5", perYear: 2, length: func(r *rand.Rand) float64 {
		return 23.65 * 60 * math.Exp(1.5*r.NormFloat64()-1.5*1.5/2)
	}},
	{name: "12/yr exp. 3.9 min", perYear: 12, length: exponential(3.942 * 60)},
	{name: "95/yr exp. 30 s", perYear: 95, length: exponential(30)},
	{name: "284/yr exp. 10 s", perYear: 284, length: exponential(10)},
	{name: "40/yr, 90 % 20-s blips", perYear: 40, length: func(r *rand.Rand) float64 {
		if r.Float64() < 0.9 {
			return r.ExpFloat64() * 20
		}
		return r.ExpFloat64() * 540
	}},
	{name: "31/yr Pareto 1.5", perYear: 31, length: func(r *rand.Rand) float64 {
		return 91.5 / 3 * math.Pow(1-r.Float64(), -1/1.5) // mean is three times the least
	}},
	{name: "4 bursts/yr of 10 x 70 s", perYear: 4, length: exponential(70), burst: func(r *rand.Rand) []float64 {
		gaps := make([]float64, 9)
		for i := range gaps {
			gaps[i] = r.ExpFloat64() * 300
		}
		return gaps
	}},
	{name: "12/yr fixed 236 s", perYear: 12, length: func(*rand.Rand) float64 { return 236 }},
}

// outages draws one history: exponential up times between outages or bursts.
func (p process) outages(r *rand.Rand, seconds float64) []outage {
	var all []outage
	mean := yearSeconds / p.perYear
	for t := r.ExpFloat64() * mean; t < seconds; t += r.ExpFloat64() * mean {
		var gaps []float64
		if p.burst != nil {
			gaps = p.burst(r)
		}
		for i := 0; ; i++ {
			end := t + p.length(r)
			all = append(all, outage{int64(t * 1e9), int64(end * 1e9)})
			t = end
			if i >= len(gaps) {
				break
			}
			t += gaps[i]
		}
	}
	return all
}

// equal draws n outages of one length at random, apart from each other.
func equal(r *rand.Rand, n int, total, seconds float64) []outage {
	starts := make([]float64, n)
	for i := range starts {
		starts[i] = r.Float64() * (seconds - total)
	}
	slices.Sort(starts)
	all := make([]outage, n)
	length := total / float64(n)
	for i, s := range starts {
		from := s + float64(i)*length
		all[i] = outage{int64(from * 1e9), int64((from + length) * 1e9)}
	}
	return all
}

// seen probes a history with a random phase.
func (d design) seen(r *rand.Rand, all []outage, window time.Duration) timeline.Series {
	p := prober{design: d, outages: all, phase: r.Int64N(int64(d.interval)), end: int64(window), skip: true}
	return p.probe()
}
