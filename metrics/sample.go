package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// sample is one series at one scrape. It is a prometheus.Metric with as little
// work as possible: prometheus.MustNewConstMetric checks and sorts labels again
// for each of 60,000 series, which takes several times as long as the rest.
type sample struct {
	*family
	labels  []*dto.LabelPair // sorted by name; shared between samples
	value   float64
	since   time.Time     // counters: when it was zero
	example *dto.Exemplar // counters: nil for most
}

// Desc returns the description of the family.
func (s *sample) Desc() *prometheus.Desc { return s.desc }

// Write fills m, which then shares the labels.
func (s *sample) Write(m *dto.Metric) error {
	m.Label = s.labels
	if !s.counter {
		m.Gauge = &dto.Gauge{Value: &s.value}
		return nil
	}
	m.Counter = &dto.Counter{Value: &s.value, Exemplar: s.example}
	if !s.since.IsZero() {
		m.Counter.CreatedTimestamp = timestamppb.New(s.since)
	}
	return nil
}

// sink passes samples on. It belongs to one scrape.
type sink struct {
	out   chan<- prometheus.Metric
	pairs map[[2]string]*dto.LabelPair
}

// label returns the pair, the same one for the same text within a scrape.
func (k *sink) label(name, value string) *dto.LabelPair {
	key := [2]string{name, value}
	p := k.pairs[key]
	if p == nil {
		p = &dto.LabelPair{Name: &key[0], Value: &key[1]}
		k.pairs[key] = p
	}
	return p
}

// labels builds pairs of names and values in turn, names in alphabetical order.
func (k *sink) labels(namesAndValues ...string) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(namesAndValues)/2)
	for i := range pairs {
		pairs[i] = k.label(namesAndValues[2*i], namesAndValues[2*i+1])
	}
	return pairs
}

// put sends one value. NaN and infinities stand for "not known" and are left out.
func (k *sink) put(f *family, labels []*dto.LabelPair, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	k.out <- &sample{family: f, labels: labels, value: value}
}

func (k *sink) flag(f *family, labels []*dto.LabelPair, on bool) {
	if on {
		k.put(f, labels, 1)
	} else {
		k.put(f, labels, 0)
	}
}

// moment sends an instant as Unix seconds; the zero time is not known.
func (k *sink) moment(f *family, labels []*dto.LabelPair, t time.Time) {
	if !t.IsZero() {
		k.put(f, labels, float64(t.UnixNano())/1e9)
	}
}

// count sends a counter that was zero at since.
func (k *sink) count(f *family, labels []*dto.LabelPair, n uint64, since time.Time, example *dto.Exemplar) {
	k.out <- &sample{family: f, labels: labels, value: float64(n), since: since, example: example}
}
