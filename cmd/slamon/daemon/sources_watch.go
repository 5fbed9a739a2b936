package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/slamon/slamon/status"
)

const (
	// sourceLook is how often watched files are looked at even when nothing was
	// reported: network file systems report no changes.
	sourceLook = time.Minute
	// sourceRest lets a file be written whole before it is read.
	sourceRest = 200 * time.Millisecond
)

// runSources keeps up with watched files, and closes periods that have ended.
func (d *Daemon) runSources(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		d.log.Warn("files of maintenance are not watched, only looked at every minute", "error", err)
		watcher = &fsnotify.Watcher{}
	} else {
		defer watcher.Close()
	}
	for tick := true; ; {
		d.lookAtSources(watcher)
		if tick {
			if err := d.ledger.closePeriods(time.Now()); err != nil {
				d.log.Error("a period could not be closed", "error", err)
			}
		}
		var more bool
		if more, tick = d.waitForSource(ctx, watcher); !more {
			return nil
		}
	}
}

// lookAtSources reads what changed. The directories are watched and not the files,
// since editors replace files: a watch on the old one would see nothing more.
func (d *Daemon) lookAtSources(watcher *fsnotify.Watcher) {
	for _, path := range watchedPaths(d.config.Load()) {
		if watcher.Events != nil {
			if err := watcher.Add(filepath.Dir(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
				d.log.Debug("directory cannot be watched", "path", filepath.Dir(path), "error", err)
			}
		}
	}
	d.readHolidays(time.Now())
	d.teller.readDuties(d.config.Load(), time.Now())
	for _, err := range d.ledger.readSources(time.Now()) {
		d.log.Error("maintenance file not taken, what it said before stays", "error", err)
		d.event(status.Event{At: time.Now(), Kind: "maintenance_refused", Text: firstLine(err.Error())})
	}
	nudge(d.wake)
}

// waitForSource returns when something may have changed; more is false when ctx is
// done, and tick is true when a minute has passed.
func (d *Daemon) waitForSource(ctx context.Context, watcher *fsnotify.Watcher) (more, tick bool) {
	timer := time.NewTimer(sourceLook)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, false
		case <-timer.C:
			return true, true
		case <-d.stated: // the configuration changed
			return true, true
		case <-watcher.Errors: // events were lost
			return true, false
		case e := <-watcher.Events:
			if d.isSource(e.Name) {
				return wait(ctx, sourceRest, nil), false
			}
		}
	}
}

// isSource reports whether the path is one of the watched files. The store may lie in
// the same directory, and is written all the time.
func (d *Daemon) isSource(path string) bool {
	return slices.Contains(watchedPaths(d.config.Load()), filepath.Clean(path))
}
