package config

import "time"

// bytesPerResult is about what a result takes on disk, with time, outcome and
// latency.
const bytesPerResult = 4

// Work is how much a configuration gives to do.
type Work struct {
	Services, Checks, Paused, Anchors, Claims int

	ProbesPerSecond float64 // on the base grids, without re-probes
	BytesPerDay     int64   // of results, on disk, expected
	BytesKept       int64   // the same over the whole retention
}

// Work adds up what the checks that are not paused need.
func (c *Config) Work() Work {
	w := Work{Services: len(c.Services), Claims: len(c.Claims) + len(c.Responses), Anchors: len(c.Anchors)}
	for _, a := range c.Anchors {
		w.ProbesPerSecond += float64(time.Second) / float64(a.Interval)
	}
	for _, d := range c.SNMP.Devices {
		w.ProbesPerSecond += float64(time.Second) / float64(d.Interval)
	}
	for _, s := range c.Services {
		w.Checks += len(s.Checks)
		for _, k := range s.Checks {
			if k.Paused {
				w.Paused++
				continue
			}
			w.ProbesPerSecond += float64(time.Second) / float64(k.Interval)
		}
	}
	w.BytesPerDay = int64(w.ProbesPerSecond * (24 * time.Hour).Seconds() * bytesPerResult)
	w.BytesKept = int64(float64(w.BytesPerDay) * c.Storage.Retention.Hours() / 24)
	return w
}
