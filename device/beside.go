package device

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/slamon/slamon/timeline"
)

// Beside is what one part of a device read before an incident and during it: was
// the processor busy when the service broke?
type Beside struct {
	Series
	Name   string `json:"device_name,omitempty"`
	Before Seen   `json:"before"`
	During Seen   `json:"during"`
}

// Seen sums up the readings of a time.
type Seen struct {
	Known, Void int     // readings
	Mean, Max   float64 // of the known ones; zero without any
	Why         Void    // of the last void one
}

// MarshalJSON writes null for figures that are not known.
func (s Seen) MarshalJSON() ([]byte, error) {
	out := struct {
		Known int      `json:"known"`
		Void  int      `json:"void"`
		Mean  *float64 `json:"mean"`
		Max   *float64 `json:"max"`
		Why   Void     `json:"why"`
	}{Known: s.Known, Void: s.Void, Why: s.Why}
	if s.Known > 0 {
		out.Mean, out.Max = &s.Mean, &s.Max
	}
	return json.Marshal(out)
}

const (
	// LookBack is how long before an incident readings are summed up: at the
	// sheet's five minutes, twelve of them.
	LookBack = time.Hour
	// maxCompared bounds the parts of one device among which the busiest is looked
	// for; each is a look into the store.
	maxCompared = 100
)

// besideKinds are the parts shown: of each line, the kinds of one question, of which
// the greatest answers. Lines without any reading are left out.
var besideKinds = [][]Kind{{CPU}, {Memory}, {InUse, OutUse}, {Storage}}

// besideRates stand in for the share of an interface's speed where that is not read.
var besideRates = []Kind{InBits, OutBits}

// Reader returns the readings of a series in a period, in order of time.
type Reader func(Series, timeline.Period) ([]Reading, error)

// Look sums up what a device read around a time, such as an incident from its
// first failed probe to the first good one after it. A reading is about the pause
// since the one before it; so those that came up to an interval after the incident
// belong to it, and those that came before it do not.
func Look(d Device, all []Series, from, to time.Time, read Reader) ([]Beside, error) {
	before := timeline.Period{From: from.Add(-LookBack), To: from.Add(1)}
	during := timeline.Period{From: from.Add(1), To: to.Add(d.Interval + 1)}
	var out []Beside
	for i, kinds := range besideKinds {
		line, err := greatest(d, of(all, kinds), before, during, read)
		if err == nil && line == nil && slices.Contains(besideKinds[i], InUse) {
			line, err = greatest(d, of(all, besideRates), before, during, read)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, line...)
	}
	return out, nil
}

// of returns the series of some kinds: that of the whole device where there is one,
// and else all parts.
func of(all []Series, kinds []Kind) []Series {
	list := slices.DeleteFunc(slices.Clone(all), func(s Series) bool { return !slices.Contains(kinds, s.Kind) })
	slices.SortFunc(list, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Kind, b.Kind))
	})
	if len(list) > 0 && list[0].Instance == "" {
		return list[:1]
	}
	return list[:min(len(list), maxCompared)]
}

// greatest returns the series that reached most during the time, or before it where
// nothing is known of it; none when nothing was read.
func greatest(d Device, list []Series, before, during timeline.Period, read Reader) ([]Beside, error) {
	var best []Beside
	for _, s := range list {
		readings, err := read(s, timeline.Period{From: before.From, To: during.To})
		if err != nil {
			return nil, err
		}
		b := Beside{Series: s, Name: d.Name, Before: seen(readings, before), During: seen(readings, during)}
		if len(readings) > 0 && (best == nil || b.busier(best[0])) {
			best = []Beside{b}
		}
	}
	return best, nil
}

func (b Beside) busier(than Beside) bool {
	if b.During.Known > 0 || than.During.Known > 0 {
		return b.During.Known > 0 && (than.During.Known == 0 || b.During.Max > than.During.Max)
	}
	return b.Before.Known > 0 && (than.Before.Known == 0 || b.Before.Max > than.Before.Max)
}

func seen(readings []Reading, p timeline.Period) Seen {
	var s Seen
	var values []float64
	for _, r := range readings {
		switch {
		case r.At.Before(p.From) || !r.At.Before(p.To):
		case r.Known():
			values = append(values, r.Value)
		default:
			s.Void, s.Why = s.Void+1, r.Void
		}
	}
	if s.Known = len(values); s.Known > 0 {
		s.Mean, s.Max = Mean(values), slices.Max(values)
	}
	return s
}
