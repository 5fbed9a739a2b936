package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// slowestRetry is the longest pause between attempts to write to a disk that takes
// nothing: a queue of 200,000 must not be encoded twice a second in vain.
const slowestRetry = 10 * time.Second

// lookEvery is how soon it is noticed that somebody removed the file.
const lookEvery = 10 * time.Second

// housekeepRest is the pause after a step of housekeeping that failed.
const housekeepRest = time.Minute

// Run is the writer: it makes results durable, writes checkpoints, and removes what
// is older than the retention. It returns when ctx is done and everything appended
// before is durable, or with the error that prevents it. Run it once.
func (s *Store) Run(ctx context.Context) error {
	check := make(chan struct{})
	go func() {
		defer close(check)
		s.checkAfterCrash(ctx)
	}()
	defer func() { <-check }()
	s.work(ctx)
	// The context is over; what was appended still has to reach the disk.
	err := s.Sync(context.WithoutCancel(ctx))
	if errors.Is(err, ErrClosed) {
		return nil
	}
	if waiting, _ := s.queue.waiting(); err != nil && waiting > 0 {
		return sayf(err, "%v; %d results could not be stored", err, waiting)
	}
	return err
}

func (s *Store) work(ctx context.Context) {
	tick := time.NewTicker(s.options.FlushEvery)
	defer tick.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var retry time.Time
	pause := s.options.FlushEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			s.lookForFile()
			continue
		case <-tick.C:
		case <-s.queue.wake:
		}
		if time.Now().Before(retry) {
			continue
		}
		err := s.turn()
		if errors.Is(err, ErrClosed) {
			return
		}
		if err != nil {
			retry = time.Now().Add(pause)
			pause = min(2*pause, slowestRetry)
			continue
		}
		retry, pause = time.Time{}, s.options.FlushEvery
	}
}

// lookForFile looks whether the file is where it was opened. One that was removed or
// replaced takes everything that is written, and nobody can open it again.
func (s *Store) lookForFile() {
	mine, err := s.file.Stat()
	if err != nil {
		return
	}
	found, err := os.Stat(s.path)
	gone := errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(found, mine)
	s.mu.Lock()
	before := s.stats.Gone != nil
	if s.stats.Gone = nil; gone {
		s.stats.Gone = goneError(s.path)
	}
	s.mu.Unlock()
	switch {
	case gone && !before:
		s.log.Error("the store is not in its place", "error", goneError(s.path))
	case before && !gone:
		s.log.Info("the store is back in its place", "path", s.path)
	}
}

// turn makes the queue durable, then does one step of housekeeping, so that a
// checkpoint of 100,000 checks never delays a commit by more than a step.
func (s *Store) turn() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return ErrClosed
	}
	for {
		more, err := s.flush()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	now := time.Now()
	if now.After(s.rest) {
		s.housekept(s.housekeep(now), now)
	}
	return nil
}

// housekept notes how a step of housekeeping went. One that failed waits a while;
// results are durable without it.
func (s *Store) housekept(err error, now time.Time) {
	s.mu.Lock()
	before := s.stats.CheckpointError
	s.stats.CheckpointError = err
	s.mu.Unlock()
	if err == nil {
		return
	}
	s.rest = now.Add(housekeepRest)
	if before == nil {
		s.log.Warn("checkpoint failed; results are durable, but the log of the store grows", "error", err)
	}
}

// housekeep does one step of a checkpoint or of retention, when one is due.
func (s *Store) housekeep(now time.Time) error {
	if s.pass.due(now) {
		s.beginPass(now)
	}
	if s.pass.active {
		return s.stepPass(now)
	}
	if stepped, err := s.housekeepReadings(now); stepped || err != nil {
		return err
	}
	return s.stepSweep(now)
}

// Close makes everything durable, writes a last checkpoint, so that the next Open
// has nothing to replay, and lets go of the file. Run must have returned. Closing
// twice does nothing.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return nil
	}
	var err error
	if !s.readOnly {
		err = s.finish()
	}
	s.closed = true
	if closing := s.abandon(); err == nil {
		err = closing
	}
	return err
}

func (s *Store) finish() error {
	for {
		more, err := s.flush()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := s.finishReadings(time.Now()); err != nil {
		return err
	}
	s.beginPass(time.Now())
	for s.pass.active {
		if err := s.stepPass(time.Now()); err != nil {
			return err
		}
	}
	return s.update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Delete(keyRunning) })
}

// abandon lets go of the file as it is. After a panic bbolt's inner locks may still
// be held, and its Close would wait for ever: only the file is closed then.
func (s *Store) abandon() error {
	if s.broken.Load() != nil {
		return release(s.file)
	}
	return s.db.Close()
}
