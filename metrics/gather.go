package metrics

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/slamon/slamon/status"
)

// exposed gathers the board and what is registered beside it.
type exposed struct{ m *Metrics }

// Gather returns the families in order of their names. The memory of those that are
// read off the board is used again once done has been called.
func (e exposed) Gather() (list []*dto.MetricFamily, done func(), err error) {
	var problems prometheus.MultiError
	list, err = e.m.registry.Gather()
	if several := (prometheus.MultiError)(nil); err != nil {
		several, _ = err.(prometheus.MultiError)
		if problems = several; several == nil {
			problems.Append(err)
		}
	}
	k := e.m.sinks.Get().(*sink)
	e.m.collect(k)
	for f, family := range k.families {
		problems = append(problems, f.tidy(family)...)
		if len(family.Metric) > 0 {
			list = append(list, family)
		}
	}
	slices.SortFunc(list, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	return list, func() { k.reset(); e.m.sinks.Put(k) }, problems.MaybeUnwrap()
}

// kept gathers for whoever keeps what it returns: its memory is not used again.
type kept struct{ m *Metrics }

// Gather returns the families in order of their names.
func (g kept) Gather() ([]*dto.MetricFamily, error) {
	list, _, err := exposed(g).Gather()
	return list, err
}

// collect reads the board.
func (m *Metrics) collect(k *sink) {
	k.put(buildInfo, k.labels("goversion", runtime.Version(), "revision", m.options.Revision, "version", m.options.Version), 1)
	b := m.board()
	if b == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.collectOwn(k, b)
	m.collectChecks(k, b)
	m.collectIncidents(k, b)
	collectDevices(k, b)
	collectClaims(k, b)
}

func collectClaims(k *sink, b *status.Board) {
	for i := range b.Services {
		for _, c := range b.Services[i].Claims {
			collectClaim(k, c)
		}
		for _, c := range b.Services[i].Responses {
			collectResponse(k, c)
		}
	}
}

// tidy puts the series of a family in order, and takes out what would make a scraper
// refuse them all: one that is there twice, or a text that is none. Names come from the
// file, but those of interfaces and volumes from whoever answers by SNMP.
func (f *family) tidy(family *dto.MetricFamily) (problems []error) {
	slices.SortFunc(family.Metric, byLabels)
	var last *dto.Metric
	family.Metric = slices.DeleteFunc(family.Metric, func(m *dto.Metric) bool {
		err := f.problem(m, last)
		if err != nil {
			problems = append(problems, err)
			return true
		}
		last = m
		return false
	})
	return problems
}

func (f *family) problem(m, before *dto.Metric) error {
	for _, l := range m.Label {
		if !utf8.ValidString(*l.Value) {
			return fmt.Errorf("%s { %s} is left out: the label %s is no text", f.name, m, *l.Name)
		}
	}
	if before != nil && byLabels(before, m) == 0 {
		return fmt.Errorf("%s { %s} is left out: it is there twice", f.name, m)
	}
	return nil
}

// byLabels compares series of one family, which have labels of the same names.
func byLabels(a, b *dto.Metric) int {
	for i := range min(len(a.Label), len(b.Label)) {
		if a.Label[i] == b.Label[i] {
			continue
		}
		if c := strings.Compare(*a.Label[i].Value, *b.Label[i].Value); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a.Label), len(b.Label))
}
