package daemon

import (
	"path/filepath"

	"github.com/slamon/slamon/metrics"
	"github.com/slamon/slamon/store"
)

// innerSchedule is what a scrape learns of the schedule beside the board.
func (d *Daemon) innerSchedule() metrics.Schedule {
	if d.sched == nil {
		return metrics.Schedule{}
	}
	s := d.sched.Stats()
	return metrics.Schedule{
		MaxInFlight: s.MaxInFlight, Panics: s.Panics, Rounds: s.Rounds,
	}
}

// innerStore is what a scrape learns of the store beside the board.
func (d *Daemon) innerStore() metrics.Store {
	s := d.store.Stats()
	keep := d.config.Load().Storage
	free, known := diskFree(filepath.Dir(keep.Path))
	return metrics.Store{
		SizeLimit: keep.MaxSize, DiskFree: free, DiskFreeKnown: known,
		FreeBytes: s.FreeBytes, Checks: s.Checks, Waiting: s.Waiting, Late: s.Late, Failures: s.Failures,
		LastCommit: s.LastCommit, CheckpointTook: s.CheckpointTook,
		BackupBytes: s.BackupBytes, Damaged: s.Integrity == store.IntegrityDamaged,
	}
}

// innerSensors is what a scrape learns of the connections that are kept open.
func (d *Daemon) innerSensors() metrics.Sensors {
	if d.sensors == nil {
		return metrics.Sensors{}
	}
	s := d.sensors.Stats()
	return metrics.Sensors{Sensors: s.Sensors, Connected: s.Connected, Probed: s.Probed, Limited: s.Limited}
}
