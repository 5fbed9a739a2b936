package web

import (
	"net/http"
	"time"

	"github.com/slamon/slamon/status"
)

type statusJSON struct {
	At              time.Time         `json:"at"`
	Site            string            `json:"site"`
	Zone            string            `json:"tz"`
	Version         string            `json:"version"`
	Started         time.Time         `json:"started"`
	ConfigFile      string            `json:"config_file"`
	ConfigLoaded    *time.Time        `json:"config_loaded"`
	ConfigError     string            `json:"config_error"`
	NetworkAlive    bool              `json:"own_network_alive"`
	InFlight        int               `json:"probes_in_flight"`
	ProbesStarted   uint64            `json:"probes_started"`
	Missed          map[string]uint64 `json:"slots_missed"`
	Lag             lagJSON           `json:"lateness_seconds"`
	Stored          uint64            `json:"results_stored"`
	Lost            uint64            `json:"results_lost"`
	StoreBytes      int64             `json:"store_bytes"`
	StoreError      string            `json:"store_error"`
	LastBackup      *time.Time        `json:"last_backup"`
	BackupError     string            `json:"backup_error"`
	ClockOffset     *float64          `json:"clock_offset_seconds"`
	Events          []eventJSON       `json:"events"`
	Services        int               `json:"services"`
	Checks          int               `json:"checks"`
	OpenIncidents   int               `json:"open_incidents"`
	ServicesByState map[string]int    `json:"services_by_state"`
}

// lagJSON is how late probes start.
type lagJSON struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

type eventJSON struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

func (s *server) apiStatus(w http.ResponseWriter, r *http.Request, b *status.Board) {
	zone, o := zoneOf(b), &b.Own
	j := statusJSON{
		At: b.At.In(zone), Site: b.Site, Zone: zone.String(), Version: b.Version, Started: b.Started.In(zone),
		ConfigFile: o.ConfigFile, ConfigLoaded: instant(o.ConfigLoaded, zone), ConfigError: o.ConfigError,
		NetworkAlive: o.NetworkAlive, InFlight: o.InFlight, ProbesStarted: o.Started,
		Lag:    lagJSON{o.Lag.P50.Seconds(), o.Lag.P99.Seconds(), o.Lag.Max.Seconds()},
		Missed: map[string]uint64{}, Stored: o.ResultsStored, Lost: o.ResultsLost,
		StoreBytes: o.StoreBytes, StoreError: o.StoreError,
		LastBackup: instant(o.LastBackup, zone), BackupError: o.BackupError,
		Events: []eventJSON{}, Services: len(b.Services), ServicesByState: map[string]int{},
	}
	for reason, n := range o.Missed {
		j.Missed[reason.String()] = n
	}
	if o.ClockOffsetKnown {
		offset := o.ClockOffset.Seconds()
		j.ClockOffset = &offset
	}
	for _, e := range o.Events {
		j.Events = append(j.Events, eventJSON{e.At.In(zone), e.Kind, e.Text})
	}
	for i := range b.Services {
		j.Checks += len(b.Services[i].Checks)
		j.OpenIncidents += openIncidents(&b.Services[i])
		j.ServicesByState[b.Services[i].State.String()]++
	}
	writeJSON(w, r, j)
}
