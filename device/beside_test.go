package device

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/timeline"
)

// kept is a history in memory: minutes from the start to values.
type kept map[Series][]Reading

func (k kept) read(s Series, p timeline.Period) ([]Reading, error) {
	var out []Reading
	for _, r := range k[s] {
		if !r.At.Before(p.From) && r.At.Before(p.To) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (k kept) series() []Series {
	var all []Series
	for s := range k {
		all = append(all, s)
	}
	return all
}

// TestLook wants the busiest part, what came during apart from what came before, and
// void readings as what they are.
func TestLook(t *testing.T) {
	start := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	d := Device{ID: "gw", Name: "Gateway", Interval: 5 * time.Minute}
	history := kept{}
	add := func(kind Kind, instance string, values ...float64) {
		s := Series{Device: "gw", Kind: kind, Instance: instance}
		for i, v := range values {
			r := Reading{Series: s, At: start.Add(time.Duration(i) * 5 * time.Minute), Value: v}
			if v < 0 {
				r.Value, r.Void = 0, VoidSilent
			}
			history[s] = append(history[s], r)
		}
	}
	// From 9:10 to 9:18: the reading of 9:10 is about the time before, that of 9:20
	// about the incident, that of 9:25 no more.
	add(CPU, "", .1, .2, .3, .9, .8, .1)
	add(CPU, "core 1", .1, .2, .3, .99, .99, .1) // the whole device goes first
	add(Memory, "", .5, .5, .5, -1, -1, .5)
	add(InUse, "eth0", .1, .1, .1, .2, .2, .1)
	add(OutUse, "eth1", .1, .1, .1, .6, .2, .1)
	add(Storage, "/", .4, .4, .4, .4, .4, .4)
	add(Storage, "/var", -1, -1, -1, -1, -1, .95)
	from, to := start.Add(10*time.Minute), start.Add(18*time.Minute)
	got, err := Look(d, history.series(), from, to, history.read)
	if err != nil {
		t.Fatal(err)
	}
	line := func(kind Kind, instance string, before, during Seen) Beside {
		return Beside{Series{"gw", kind, instance}, "Gateway", before, during}
	}
	want := []Beside{
		line(CPU, "", Seen{Known: 3, Mean: .2, Max: .3}, Seen{Known: 2, Mean: .85, Max: .9}),
		line(Memory, "", Seen{Known: 3, Mean: .5, Max: .5}, Seen{Void: 2, Why: VoidSilent}),
		line(OutUse, "eth1", Seen{Known: 3, Mean: .1, Max: .1}, Seen{Known: 2, Mean: .4, Max: .6}),
		line(Storage, "/", Seen{Known: 3, Mean: .4, Max: .4}, Seen{Known: 2, Mean: .4, Max: .4}),
	}
	close := cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })
	if diff := cmp.Diff(want, got, close); diff != "" {
		t.Errorf("Look (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(got[1])
	if want := `{"device":"gw","kind":"memory","device_name":"Gateway","before":{"known":3,"void":0,"mean":0.5,"max":0.5,"why":""},` +
		`"during":{"known":0,"void":2,"mean":null,"max":null,"why":"silent"}}`; err != nil || string(text) != want {
		t.Errorf("as JSON: %s, %v\nwant     %s", text, err, want)
	}
}

// TestLookRates wants rates where no share of the speed is read, and nothing of a
// time that nothing was read in.
func TestLookRates(t *testing.T) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	s := Series{"gw", OutBits, "eth0"}
	history := kept{s: {{Series: s, At: at.Add(time.Minute), Value: 1e6}}}
	d := Device{ID: "gw", Interval: time.Minute}
	got, err := Look(d, history.series(), at, at.Add(time.Second), history.read)
	if err != nil || len(got) != 1 || got[0].Series != s || got[0].During.Max != 1e6 || got[0].Before.Known != 0 {
		t.Errorf("got %+v, %v, want the rate of eth0", got, err)
	}
	if got, err := Look(d, history.series(), at.Add(-48*time.Hour), at.Add(-47*time.Hour), history.read); len(got) != 0 || err != nil {
		t.Errorf("two days before: %+v, %v, want nothing", got, err)
	}
	broken := errors.New("disk")
	if _, err := Look(d, history.series(), at, at, func(Series, timeline.Period) ([]Reading, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the store", err)
	}
}
