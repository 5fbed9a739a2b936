package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// reading is one gauge at one scrape, and tallied one counter. They are
// prometheus.Metrics with as little work as possible: MustNewConstMetric checks
// and sorts labels again for each of 70,000 series, which takes several times as
// long as the rest.
type reading struct {
	*family
	labels []*dto.LabelPair // sorted by name; shared between readings
	value  float64
	gauge  dto.Gauge
}

// Desc returns the description of the family.
func (r *reading) Desc() *prometheus.Desc { return r.desc }

// Write fills m, which then shares labels and value.
func (r *reading) Write(m *dto.Metric) error {
	r.gauge.Value = &r.value
	m.Label, m.Gauge = r.labels, &r.gauge
	return nil
}

type tallied struct {
	*family
	labels  []*dto.LabelPair
	value   float64
	counter dto.Counter
}

// Desc returns the description of the family.
func (t *tallied) Desc() *prometheus.Desc { return t.desc }

// Write fills m, which then shares labels and value.
func (t *tallied) Write(m *dto.Metric) error {
	t.counter.Value = &t.value
	m.Label, m.Counter = t.labels, &t.counter
	return nil
}

// sink passes samples on. It belongs to one scrape.
type sink struct {
	out   chan<- prometheus.Metric
	pairs map[[2]string]*dto.LabelPair
	spare []reading // allocated a block at a time
}

// block is how many readings are allocated together.
const block = 512

// label returns the pair, the same one for the same text within a scrape.
func (k *sink) label(name, value string) *dto.LabelPair {
	key := [2]string{name, value}
	p := k.pairs[key]
	if p == nil {
		p = pair(name, value)
		k.pairs[key] = p
	}
	return p
}

// pair makes a pair that no other series of the scrape will ask for by its text:
// 10,000 checks would only make the map of pairs large.
func pair(name, value string) *dto.LabelPair {
	text := [2]string{name, value}
	return &dto.LabelPair{Name: &text[0], Value: &text[1]}
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
	if len(k.spare) == 0 {
		k.spare = make([]reading, block)
	}
	r := &k.spare[0]
	k.spare = k.spare[1:]
	r.family, r.labels, r.value = f, labels, value
	k.out <- r
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
func (k *sink) count(f *family, labels []*dto.LabelPair, n uint64, since *timestamppb.Timestamp, example *dto.Exemplar) {
	t := &tallied{family: f, labels: labels, value: float64(n)}
	t.counter.CreatedTimestamp, t.counter.Exemplar = since, example
	k.out <- t
}
