package metrics

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// sink takes the samples of one scrape, and builds the families that are served out of
// the memory of earlier scrapes. It belongs to one scrape at a time.
//
// A collector of client_golang would be simpler and costs twice as much: it sends each
// of 70,000 series through a channel, allocates it anew, sorts its labels and hashes
// them. Measured in BenchmarkScrape10000.
type sink struct {
	families map[*family]*dto.MetricFamily
	pairs    map[[2]string]*dto.LabelPair

	readings slab[reading]
	counters slab[tallied]
	texts    slab[text]
	examples slab[exemplar]
	lists    slab[[4]*dto.LabelPair]
}

// reading is one gauge at one scrape, and tallied one counter, each in one piece.
type reading struct {
	metric dto.Metric
	gauge  dto.Gauge
	value  float64
}

type tallied struct {
	metric  dto.Metric
	counter dto.Counter
	value   float64
}

// text is a label with its texts.
type text struct {
	pair        dto.LabelPair
	name, value string
}

// slab hands out values that are used again after reset. A value holds what it held
// before, so whoever takes one sets all of it.
type slab[T any] struct {
	blocks [][]T
	used   int
}

// block is how many values are allocated together.
const block = 512

func (s *slab[T]) next() *T {
	if s.used/block == len(s.blocks) {
		s.blocks = append(s.blocks, make([]T, block))
	}
	v := &s.blocks[s.used/block][s.used%block]
	s.used++
	return v
}

func (s *slab[T]) reset() { s.used = 0 }

func newSink() *sink {
	return &sink{families: map[*family]*dto.MetricFamily{}, pairs: map[[2]string]*dto.LabelPair{}}
}

// reset forgets the scrape, and keeps its memory for the next one. Nobody may read what
// the scrape returned any more.
func (k *sink) reset() {
	for _, f := range k.families {
		f.Metric = f.Metric[:0]
	}
	clear(k.pairs)
	k.readings.reset()
	k.counters.reset()
	k.texts.reset()
	k.examples.reset()
	k.lists.reset()
}

// label returns the pair, the same one for the same text within a scrape.
func (k *sink) label(name, value string) *dto.LabelPair {
	key := [2]string{name, value}
	p := k.pairs[key]
	if p == nil {
		p = k.pair(name, value)
		k.pairs[key] = p
	}
	return p
}

// pair makes a pair that no other series of the scrape will ask for by its text:
// 10,000 checks would only make the map of pairs large.
func (k *sink) pair(name, value string) *dto.LabelPair {
	t := k.texts.next()
	t.name, t.value = name, value
	t.pair.Name, t.pair.Value = &t.name, &t.value
	return &t.pair
}

// four makes the list of labels that the series of checks have.
func (k *sink) four(a, b, c, d *dto.LabelPair) []*dto.LabelPair {
	list := k.lists.next()
	*list = [4]*dto.LabelPair{a, b, c, d}
	return list[:]
}

// labels builds pairs of names and values in turn, names in alphabetical order.
func (k *sink) labels(namesAndValues ...string) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(namesAndValues)/2)
	for i := range pairs {
		pairs[i] = k.label(namesAndValues[2*i], namesAndValues[2*i+1])
	}
	return pairs
}

// family returns what the scrape has of a family so far.
func (k *sink) family(f *family) *dto.MetricFamily {
	have := k.families[f]
	if have == nil {
		have = &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind}
		k.families[f] = have
	}
	return have
}

// put takes one value. NaN and infinities stand for "not known" and are left out.
func (k *sink) put(f *family, labels []*dto.LabelPair, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	r := k.readings.next()
	r.value = value
	r.gauge.Value = &r.value
	r.metric.Label, r.metric.Gauge = labels, &r.gauge
	have := k.family(f)
	have.Metric = append(have.Metric, &r.metric)
}

func (k *sink) flag(f *family, labels []*dto.LabelPair, on bool) {
	if on {
		k.put(f, labels, 1)
	} else {
		k.put(f, labels, 0)
	}
}

// moment takes an instant as Unix seconds; the zero time is not known.
func (k *sink) moment(f *family, labels []*dto.LabelPair, t time.Time) {
	if !t.IsZero() {
		k.put(f, labels, float64(t.UnixNano())/1e9)
	}
}

// count takes a counter that was zero at since.
func (k *sink) count(f *family, labels []*dto.LabelPair, n uint64, since *timestamppb.Timestamp, example *dto.Exemplar) {
	t := k.counters.next()
	t.value = float64(n)
	t.counter.Value, t.counter.CreatedTimestamp, t.counter.Exemplar = &t.value, since, example
	t.metric.Label, t.metric.Counter = labels, &t.counter
	have := k.family(f)
	have.Metric = append(have.Metric, &t.metric)
}
