package metrics

import (
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/slamon/slamon/check"
)

// Response times run from a ping on a local network to the longest timeout
// anybody configures; 14 buckets cost 1.2 KiB a series set.
var tookBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// A commit is one fsync: under a millisecond on flash, tens on a disk.
var commitBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}

// Slots are late by the 50 ms of a tick at most, unless the machine stands still: six
// bounds to a decade, up to that.
var lagBuckets = []float64{
	.0001, .00015, .00022, .00033, .00047, .00068,
	.001, .0015, .0022, .0033, .0047, .0068,
	.01, .015, .022, .033, .047, .068,
	.1, .15, .22, .33, .47, .68,
	1, 1.5, 2.2, 3.3, 4.7, 6.8,
	10, 15, 22, 33, 47, 68, 100,
}

func (m *Metrics) makeHistograms() {
	m.lag = prometheus.NewHistogram(histogram("schedule_lag_seconds",
		"How late base slots were, from slot to start of the probe.", lagBuckets))
	m.took = prometheus.NewHistogramVec(histogram("check_duration_seconds",
		"Duration of probes that were answered (up or degraded), from start to judgement.", tookBuckets),
		[]string{"service", "class", "kind"})
	m.phases = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: prefix + "check_phase_seconds_total",
		Help: "Time that answered probes spent in each phase; divide by slamon_check_duration_seconds_count.",
	}, []string{"service", "class", "kind", "phase"})
	m.commit = prometheus.NewHistogram(histogram("store_commit_duration_seconds",
		"Duration of commits to the store, with the sync to disk.", commitBuckets))
}

// histogram has classic buckets for every Prometheus, and native ones for those
// that ask for them.
func histogram(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: prefix + name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1, // neighbouring buckets 10 % apart
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}
}

// ObserveCommit takes the duration of one commit of the store.
func (m *Metrics) ObserveCommit(d time.Duration) { m.commit.Observe(d.Seconds()) }

// ObserveLag takes how late one base slot was.
func (m *Metrics) ObserveLag(d time.Duration) { m.lag.Observe(d.Seconds()) }

// Observe takes one durable result of c.
func (m *Metrics) Observe(c check.Check, r check.Result) {
	m.mu.Lock()
	t := m.tallies[c.ID]
	if t == nil || t.service != c.Service || t.class != c.Class || t.kind != c.Kind() {
		t = m.newTally(c, t)
		m.tallies[c.ID] = t
	}
	t.add(r)
	m.mu.Unlock()
	if r.State.Good() {
		t.times.observe(r.Outcome)
	}
}

// newTally keeps the counts of old, if there are any: a check that moves to
// another class goes on counting.
func (m *Metrics) newTally(c check.Check, old *tally) *tally {
	t := &tally{service: c.Service, class: c.Class, kind: c.Kind()}
	if old != nil && old.service == c.Service {
		t.counts = old.counts
	}
	labels := []string{string(c.Service), string(c.Class), c.Kind()}
	t.times = times{took: m.took.WithLabelValues(labels...).(prometheus.ExemplarObserver), check: exemplarOf(c.ID), phases: m.phases.MustCurryWith(prometheus.Labels{
		"service": labels[0], "class": labels[1], "kind": labels[2],
	})}
	return t
}

var phaseNames = [...]check.Phase{check.PhaseResolve, check.PhaseConnect, check.PhaseTLS, check.PhaseWait, check.PhaseTransfer}

// times are the histograms of one check, looked up once. Phases have a series
// only once they took place: a name server is not spoken to over TLS.
type times struct {
	took   prometheus.ExemplarObserver
	check  prometheus.Labels // of the exemplars
	phases *prometheus.CounterVec
}

// exemplarOf leads from a bucket, which is shared by all checks of a class, to the
// check that was last in it; nil where its name is too long.
func exemplarOf(id check.ID) prometheus.Labels {
	if len("check")+utf8.RuneCountInString(string(id)) > exemplarRoom {
		return nil
	}
	return prometheus.Labels{"check": string(id)}
}

func (t *times) observe(o check.Outcome) {
	t.took.ObserveWithExemplar(o.Took.Seconds(), t.check)
	for i, d := range [...]time.Duration{o.Phases.Resolve, o.Phases.Connect, o.Phases.TLS, o.Phases.Wait, o.Phases.Transfer} {
		if d > 0 {
			t.phases.WithLabelValues(string(phaseNames[i])).Add(d.Seconds())
		}
	}
}

// tally counts the results of one check.
type tally struct {
	service check.ServiceID
	class   check.Class
	kind    string
	times   times
	counts  []pairCount // few: most checks only ever see two or three pairs
}

// pairCount counts one pair of outcome and reason.
type pairCount struct {
	state    check.State
	reason   check.Reason
	n        uint64
	since    *timestamppb.Timestamp // sent time of the first
	last     time.Time
	lastTook time.Duration
}

func (t *tally) add(r check.Result) {
	i := 0
	for i < len(t.counts) && (t.counts[i].state != r.State || t.counts[i].reason != r.Reason) {
		i++
	}
	if i == len(t.counts) {
		t.counts = append(t.counts, pairCount{state: r.State, reason: r.Reason, since: timestamppb.New(r.Sent)})
	}
	c := &t.counts[i]
	c.n++
	c.last, c.lastTook = r.Sent, r.Took
}

// exemplar is one in a single piece: there may be tens of thousands at a scrape.
type exemplar struct {
	whole  dto.Exemplar
	pair   dto.LabelPair
	pairs  [1]*dto.LabelPair
	at     timestamppb.Timestamp
	sent   string
	took   float64
	moment time.Time // that sent is about
}

// example points from a counter of failures to the newest one of them; nil for
// others. OpenMetrics shows it, the plain text format leaves it out.
func (k *sink) example(c *pairCount) *dto.Exemplar {
	if c.state.Good() && c.reason == check.ReasonNone {
		return nil
	}
	e := k.examples.next()
	if e.moment != c.last { // else it stands there from the scrape before
		e.moment, e.sent = c.last, c.last.UTC().Format(time.RFC3339Nano)
	}
	e.took = c.lastTook.Seconds()
	e.pair.Name, e.pair.Value = &sentLabel, &e.sent
	e.pairs[0] = &e.pair
	e.at.Seconds, e.at.Nanos = c.last.Unix(), int32(c.last.Nanosecond())
	e.whole.Label, e.whole.Value, e.whole.Timestamp = e.pairs[:], &e.took, &e.at
	return &e.whole
}

var sentLabel = "sent"
