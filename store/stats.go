package store

import (
	"os"
	"time"
)

// Integrity says what is known of the file's soundness.
type Integrity string

// The states of integrity.
const (
	IntegrityClean   Integrity = "clean"   // the last stop was in order
	IntegrityPending Integrity = "pending" // the last stop was not; the check has not ended
	IntegritySound   Integrity = "sound"   // the last stop was not; the check found nothing
	IntegrityDamaged Integrity = "damaged" // the check found damage: see Damage
)

// Stats is how the store is doing.
type Stats struct {
	Bytes     int64  // of the file
	FreeBytes int64  // of them not in use, for records to come
	Checks    int    // that have history
	Waiting   int    // results not yet durable
	Stored    uint64 // results made durable since the file was made
	Lost      uint64 // results given up since start: the disk took none and the queue was full
	Late      uint64 // results since start that were sent before their check's newest one

	LastCommit   time.Time     // zero before the first since start
	CommitTook   time.Duration // of the last one
	LastError    error         // of writing; nil when the last attempt succeeded
	Gone         error         // the file is not in its place any more: all is lost with the next stop
	FailingSince time.Time     // first of the attempts that failed in a row, the last time they did
	Failures     uint64        // attempts to write that failed since start

	OpenTook       time.Duration
	LastCheckpoint time.Time // zero before the first since start
	CheckpointTook time.Duration
	// CheckpointError is why the last checkpoint or removal of old results failed; nil
	// when it did not. Results are durable all the same; the file grows.
	CheckpointError error

	Integrity Integrity
	Damage    string // the first mistakes found; empty for none

	LastBackup  time.Time // of the last one that was verified; survives a restart
	BackupError error     // of the last attempt; nil when it succeeded
	BackupBytes int64
}

// Stats returns how the store is doing. It does not wait for the disk.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	out := s.stats
	out.Stored = s.ordinal
	out.Checks = len(s.histories)
	s.mu.RUnlock()
	out.Waiting, out.Lost = s.queue.waiting()
	if info, err := os.Stat(s.path); err == nil {
		out.Bytes = info.Size()
	}
	free := s.db.Stats()
	out.FreeBytes = int64(free.FreePageN+free.PendingPageN) * int64(s.pageSize)
	return out
}
