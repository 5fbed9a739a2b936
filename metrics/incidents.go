package metrics

import (
	"cmp"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// SideUnassigned is the side of an incident that nobody has attributed yet.
const SideUnassigned = "unassigned"

// maxZeros bounds the services whose counts begin at zero before anything happened,
// so that a rate sees their first incident: thirteen reasons for each of them.
const maxZeros = 100

// incidentCounter turns the board's list of incidents into counters. Each incident is
// counted once, when it is first seen, under the side that is known then: a counter
// cannot take back what it counted. What people confirm afterwards shows in
// slamon_incidents_listed.
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
		if len(b.Services) <= maxZeros {
			m.incidents.zeros(s.ID, b)
		}
		open := 0
		sides := map[string]int{SideUnassigned: 0}
		for j := range s.Incidents {
			in := &s.Incidents[j]
			if in.Ongoing {
				open++
			}
			sides[sideOf(in)]++
			m.incidents.take(s.ID, in, b)
			seen[in.ID] = true
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

// sideOf returns who is responsible, as far as it is known: announced maintenance
// needs nobody to confirm it.
func sideOf(in *status.Incident) string {
	if in.Cause.Side == "" && in.Planned {
		return string(sla.PlannedWork)
	}
	return cmp.Or(string(in.Cause.Side), SideUnassigned)
}

// take counts the incident if it began since the monitor started: the counters of
// before ended with the process.
func (c *incidentCounter) take(service check.ServiceID, in *status.Incident, b *status.Board) {
	if c.seen[in.ID] || in.FirstBad.Before(b.Started) {
		return
	}
	n := c.of(incidentKey{service, in.Reason, sideOf(in)}, b.Started)
	n.n++
	if in.FirstBad.After(n.firstBad) { // Prometheus refuses an exemplar before the last one
		n.newest, n.firstBad = in.ID, in.FirstBad
	}
}

// zeros lets the counts of a service begin.
func (c *incidentCounter) zeros(service check.ServiceID, b *status.Board) {
	for reason := check.ReasonTimeout; reason < check.ReasonInternal; reason++ {
		c.of(incidentKey{service, reason, SideUnassigned}, b.Started)
	}
}

// of returns the count of a key, which begins at zero.
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
