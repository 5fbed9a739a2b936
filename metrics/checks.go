package metrics

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// paused is the word beside the states in slamon_service_checks.
const paused = "paused"

func (m *Metrics) collectChecks(k *sink, b *status.Board) {
	known, site := 0, k.label("site", b.Site)
	for _, s := range b.Services {
		service := k.label("service", string(s.ID))
		k.put(serviceInfo, k.labels("name", s.Name, "service", string(s.ID), "vendor", s.Vendor), 1)
		states := map[string]int{}
		for i := range s.Checks {
			c := &s.Checks[i]
			states[stateOf(c)]++
			labels := k.four(k.pair("check", string(c.ID)), k.label("class", string(c.Class)), service, site)
			collectCheck(k, c, labels)
			collectUsual(k, c, labels)
			if t := m.tallies[c.ID]; t != nil {
				known++
				collectTally(k, t, labels[0], service)
			}
		}
		for _, state := range check.States {
			k.put(serviceChecks, k.labels("service", string(s.ID), "state", state.String()), float64(states[state.String()]))
		}
		k.put(serviceChecks, k.labels("service", string(s.ID), "state", paused), float64(states[paused]))
	}
	if known < len(m.tallies) {
		m.forget(b)
	}
}

// forget drops the counts of checks that are no longer configured.
func (m *Metrics) forget(b *status.Board) {
	kept := make(map[check.ID]*tally, len(m.tallies))
	for _, s := range b.Services {
		for _, c := range s.Checks {
			if t := m.tallies[c.ID]; t != nil {
				kept[c.ID] = t
			}
		}
	}
	m.tallies = kept
}

func stateOf(c *status.Check) string {
	if c.Paused {
		return paused
	}
	return c.Last.State.String()
}

func collectCheck(k *sink, c *status.Check, labels []*dto.LabelPair) {
	k.moment(checkLastSuccess, labels, c.LastGood)
	if c.Paused || c.Last.State == check.Unknown {
		return
	}
	k.flag(checkUp, labels, c.Last.State.Good())
	k.flag(checkDegraded, labels, c.Last.State == check.Degraded)
	for _, f := range c.Last.Facts {
		if family := factFamily(f.Kind); family != nil {
			k.put(family, labels, f.Value)
			continue
		}
		collectNamed(k, f, labels)
	}
}

// collectNamed exposes a fact that has a label of its own, put in where the
// alphabet wants it: check, class, service, site are the labels it comes beside.
func collectNamed(k *sink, f check.Fact, l []*dto.LabelPair) {
	at := func(i int, name, value string) []*dto.LabelPair {
		return slices.Insert(slices.Clone(l), i, k.label(name, value))
	}
	switch f.Kind {
	case check.StepSeconds:
		k.put(stepTook, at(4, "step", f.Label), f.Value)
	case check.Performance:
		k.put(performance, at(2, "label", f.Label), f.Value)
	case check.AddressesGood:
		k.put(addresses, at(4, "state", "good"), f.Value)
	case check.AddressesDead:
		k.put(addresses, at(4, "state", "dead"), f.Value)
	case check.AddressesUnasked:
		k.put(addresses, at(4, "state", "not_asked"), f.Value)
	case check.DownBits:
		k.put(throughput, at(2, "direction", "down"), f.Value/8)
	case check.UpBits:
		k.put(throughput, at(2, "direction", "up"), f.Value/8)
	}
}

// factFamily returns the metric of a fact, nil for those that have none.
func factFamily(kind check.FactKind) *family {
	switch kind {
	case check.CertificateExpiry:
		return certificateExpiry
	case check.HTTPStatus:
		return httpStatus
	case check.PacketLoss:
		return packetLoss
	case check.ClockOffset:
		return checkClockOffset
	case check.Stratum:
		return stratum
	}
	return nil
}

func collectTally(k *sink, t *tally, checkLabel, service *dto.LabelPair) {
	for i := range t.counts {
		c := &t.counts[i]
		labels := k.four(checkLabel, k.label("outcome", c.state.String()), k.label("reason", c.reason.String()), service)
		k.count(checkResults, labels, c.n, c.since, k.example(c))
	}
}
