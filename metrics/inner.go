package metrics

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// Schedule is how probing is doing, beyond what a board shows.
type Schedule struct {
	MaxInFlight int
	Panics      uint64 // probes that broke
	Rounds      uint64 // of the anchors
}

// Store is how the store is doing, beyond what a board shows.
type Store struct {
	FreeBytes      int64
	Checks         int // that have history
	Waiting        int // results not yet durable
	Late           uint64
	Failures       uint64        // attempts to write that failed
	LastCommit     time.Time     // zero before the first
	CheckpointTook time.Duration // of the last; zero before the first
	BackupBytes    int64         // of the last backup; zero before the first
	Damaged        bool

	SizeLimit     int64 // of the file; 0 for none
	DiskFree      int64 // what slamon may still write to the disk it lies on
	DiskFreeKnown bool
}

// Sensors is how the connections are doing that are kept open to notice an outage.
type Sensors struct {
	Sensors, Connected int
	Probed, Limited    uint64 // breaks, by whether a probe was sent at once
}

var (
	maxInFlight    = gauge("schedule_in_flight_limit", "Most probes that may be under way.")
	panics         = counter("schedule_panics_total", "Probes that broke; each is an unknown result with reason internal.")
	rounds         = counter("schedule_anchor_rounds_total", "Times that the anchors were asked together because a failure could be our own line's.")
	storeFree      = gauge("store_free_bytes", "Part of the store that is free for records to come.")
	storeChecks    = gauge("store_checks", "Checks that have history, removed ones included.")
	storeWaiting   = gauge("store_waiting_results", "Results that are not yet durable.")
	storeLate      = counter("store_late_total", "Results that came with a time before the newest of their check.")
	storeFailures  = counter("store_write_failures_total", "Attempts to write that failed; they are tried again.")
	commitTime     = gauge("store_last_commit_timestamp_seconds", "When results were last made durable. Absent before the first time.")
	checkpointTook = gauge("store_checkpoint_duration_seconds", "Duration of the last checkpoint.")
	backupBytes    = gauge("store_backup_bytes", "Size of the last backup. Absent before the first.")
	storeLimit     = gauge("store_size_limit_bytes", "Largest size that the store may have. Absent without a limit.")
	diskFree       = gauge("store_disk_free_bytes", "Free space on the disk of the store. Absent where the system does not tell.")
	sensors        = gauge("sensors", "Checks with sensor = true, by whether their connection is open.", "state")
	sensorBreaks   = counter("sensor_breaks_total", "Connections that broke unexpectedly, by what was done: probed at once, or limited, because that was done a moment ago.", "action")
	damaged        = gauge("store_damaged", "Whether a check of the store found damage.")
)

func (m *Metrics) collectSchedule(k *sink, s Schedule, since *timestamppb.Timestamp) {
	k.put(maxInFlight, nil, float64(s.MaxInFlight))
	k.count(panics, nil, s.Panics, since, nil)
	k.count(rounds, nil, s.Rounds, since, nil)
}

func (m *Metrics) collectStore(k *sink, s Store, since *timestamppb.Timestamp) {
	k.put(storeFree, nil, float64(s.FreeBytes))
	k.put(storeChecks, nil, float64(s.Checks))
	k.put(storeWaiting, nil, float64(s.Waiting))
	k.count(storeLate, nil, s.Late, since, nil)
	k.count(storeFailures, nil, s.Failures, since, nil)
	k.moment(commitTime, nil, s.LastCommit)
	if s.CheckpointTook > 0 {
		k.put(checkpointTook, nil, s.CheckpointTook.Seconds())
	}
	if s.BackupBytes > 0 {
		k.put(backupBytes, nil, float64(s.BackupBytes))
	}
	if s.SizeLimit > 0 {
		k.put(storeLimit, nil, float64(s.SizeLimit))
	}
	if s.DiskFreeKnown {
		k.put(diskFree, nil, float64(s.DiskFree))
	}
	k.flag(damaged, nil, s.Damaged)
}

func (m *Metrics) collectSensors(k *sink, s Sensors, since *timestamppb.Timestamp) {
	if s.Sensors == 0 {
		return
	}
	k.put(sensors, k.labels("state", "connected"), float64(s.Connected))
	k.put(sensors, k.labels("state", "waiting"), float64(s.Sensors-s.Connected))
	k.count(sensorBreaks, k.labels("action", "probed"), s.Probed, since, nil)
	k.count(sensorBreaks, k.labels("action", "limited"), s.Limited, since, nil)
}
