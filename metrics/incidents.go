package metrics

import (
	"cmp"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// SideUnassigned is the side of an incident that nobody has attributed yet.
const SideUnassigned = "unassigned"

// settledAfter is how long after its end an incident waits for somebody to confirm a
// side before it is counted without one. A counter can never take back what it
// counted, so it has to wait for people, but a day is what a morning look takes.
const settledAfter = 24 * time.Hour

// incidentCounter turns the board's list of incidents into counters. Each incident is
// counted once: under its side when a person confirms it, or as unassigned when it
// settles without. What is corrected afterwards shows in slamon_incidents_listed.
type incidentCounter struct {
	seen   map[string]bool // counted, and still listed
	counts map[incidentKey]*incidentCount
}

type incidentKey struct {
	service check.ServiceID
	reason  check.Reason
	side    string
}

type incidentCount struct {
	n        uint64
	since    *timestamppb.Timestamp
	newest   string // the last of them that failed, for the exemplar
	firstBad time.Time
}

func (m *Metrics) collectIncidents(k *sink, b *status.Board) {
	seen := map[string]bool{}
	if m.incidents.counts == nil {
		m.incidents.counts = map[incidentKey]*incidentCount{}
	}
	for i := range b.Services {
		s := &b.Services[i]
		open := 0
		sides := map[string]int{SideUnassigned: 0}
		for j := range s.Incidents {
			in := &s.Incidents[j]
			if in.Ongoing {
				open++
			}
			sides[sideOf(in)]++
			if m.incidents.take(s.ID, in, b) {
				seen[in.ID] = true
			}
		}
		k.put(incidentOpen, k.labels("service", string(s.ID)), float64(open))
		for side, n := range sides {
			k.put(incidentSides, k.labels("service", string(s.ID), "side", side), float64(n))
		}
	}
	m.incidents.seen = seen
	for key, c := range m.incidents.counts {
		labels := k.labels("reason", key.reason.String(), "service", string(key.service), "side", key.side)
		k.count(incidents, labels, c.n, c.since, c.example())
	}
}

func sideOf(in *status.Incident) string { return cmp.Or(string(in.Cause.Side), SideUnassigned) }

// settled returns when the incident can be counted, and false while it cannot.
func settled(in *status.Incident, now time.Time) (time.Time, bool) {
	if in.Cause.Side != "" {
		return in.Cause.At, true
	}
	end := in.FirstGood
	if end.IsZero() {
		end = in.LastBad
	}
	at := end.Add(settledAfter)
	return at, !in.Ongoing && !at.After(now)
}

// take counts the incident if it has settled since the monitor started, and reports
// whether it is done with.
func (c *incidentCounter) take(service check.ServiceID, in *status.Incident, b *status.Board) bool {
	if c.seen[in.ID] {
		return true
	}
	at, ok := settled(in, b.At)
	if in.Planned || ok && at.Before(b.Started) {
		return true
	}
	n := c.of(incidentKey{service, in.Reason, sideOf(in)}, b.Started)
	if !ok {
		return false
	}
	n.n++
	if in.FirstBad.After(n.firstBad) { // Prometheus refuses an exemplar before the last one
		n.newest, n.firstBad = in.ID, in.FirstBad
	}
	return true
}

// of returns the count of a key. It is there from the first incident that may come to
// it, so that a rate finds a zero to start from.
func (c *incidentCounter) of(key incidentKey, since time.Time) *incidentCount {
	if c.counts[key] == nil {
		c.counts[key] = &incidentCount{since: timestamppb.New(since)}
	}
	return c.counts[key]
}

// exemplarRoom is how many characters OpenMetrics gives the labels of an exemplar.
const exemplarRoom = 128

// example leads from a count to the newest of its incidents.
func (c *incidentCount) example() *dto.Exemplar {
	name, id, one := "incident", c.newest, 1.
	if c.n == 0 || utf8.RuneCountInString(name)+utf8.RuneCountInString(id) > exemplarRoom {
		return nil
	}
	return &dto.Exemplar{Label: []*dto.LabelPair{{Name: &name, Value: &id}}, Value: &one, Timestamp: timestamppb.New(c.firstBad)}
}
