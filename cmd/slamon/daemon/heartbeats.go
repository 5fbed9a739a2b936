package daemon

import (
	"encoding/json"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/probe"
)

// heartbeat takes a report from outside and keeps it for the next start.
func (d *Daemon) heartbeat(id check.ID, at time.Time, ok bool, message string) bool {
	if !d.env.Report(id, at, ok, message) {
		return false
	}
	kept, err := json.Marshal(d.env.Heartbeats())
	if err == nil {
		err = d.store.Put(heartbeatsKey, kept)
	}
	if err != nil {
		d.log.Error("heartbeat could not be kept", "check", id, "error", err)
	}
	d.sched.Trigger(id)
	return true
}

const heartbeatsKey = "heartbeats"

func (d *Daemon) restoreHeartbeats() {
	kept, err := d.store.Get(heartbeatsKey)
	if err != nil || len(kept) == 0 {
		return
	}
	var reports map[check.ID]probe.Report
	if err := json.Unmarshal(kept, &reports); err != nil {
		d.log.Error("heartbeats of the last run cannot be read", "error", err)
		return
	}
	d.env.Restore(reports)
}
