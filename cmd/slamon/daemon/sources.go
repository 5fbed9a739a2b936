package daemon

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// sourceFile is what a watched file of maintenance said when it was last right.
type sourceFile struct {
	hash       [sha256.Size]byte // of the bytes that were looked at last, right or wrong
	exclusions []sla.Exclusion
	problem    string // of the bytes that were looked at last
}

const (
	// sourceLook is how often watched files are looked at even when nothing was
	// reported: network file systems report no changes.
	sourceLook = time.Minute
	// sourceRest lets a file be written whole before it is read.
	sourceRest = 200 * time.Millisecond
	// maxSource bounds a watched file.
	maxSource = 4 << 20
)

// readSources looks at all watched files and takes those that changed. A wrong file
// changes nothing: what it said before stays. It returns what is wrong anew.
func (l *ledger) readSources(now time.Time) []error {
	cfg := l.config()
	var problems []error
	wanted := map[config.WatchedFile]bool{}
	for _, f := range cfg.MaintenanceFiles {
		wanted[f] = true
		if err := l.readSource(cfg, f, now); err != nil {
			problems = append(problems, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for f := range l.files {
		if !wanted[f] {
			delete(l.files, f)
			l.gather()
		}
	}
	return problems
}

func (l *ledger) readSource(cfg *config.Config, f config.WatchedFile, now time.Time) error {
	data, err := readBounded(f.Path)
	hash := sha256.Sum256(data)
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.files[f]
	if kept == nil {
		kept = &sourceFile{}
		l.files[f] = kept
	} else if err == nil && hash == kept.hash {
		return nil
	}
	var list []sla.Exclusion
	if err == nil {
		list, err = parseSource(cfg, f, data, now)
	}
	kept.hash = hash
	if err != nil {
		if err.Error() == kept.problem {
			return nil // has been said
		}
		kept.problem = err.Error()
		return err
	}
	kept.exclusions, kept.problem = list, ""
	l.gather()
	l.log.Info("maintenance file taken", "path", f.Path, "service", f.Service, "windows", len(list))
	return nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSource {
		return nil, fmt.Errorf("%s: more than %s", path, config.FormatSize(maxSource))
	}
	return os.ReadFile(path)
}

// parseSource reads one file and holds its announcements against each other.
func parseSource(cfg *config.Config, f config.WatchedFile, data []byte, now time.Time) (list []sla.Exclusion, err error) {
	if strings.EqualFold(filepath.Ext(f.Path), ".ics") {
		list, err = config.ParseCalendar(f.Path, data, cfg.Zone, config.Horizon(now))
	} else {
		list, err = report.ReadExclusions(strings.NewReader(string(data)), f.Path)
	}
	if err != nil {
		return nil, err
	}
	source := filepath.Base(f.Path)
	shown := inZone(list, cfg.Zone)
	for i := range list {
		list[i].Source = source
		if err := sla.CheckAnnouncement(shown[i], shown[max(0, i-overlapLook):i]); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return list, nil
}

// SourceWarnings says what is wrong with the files and names that are only read
// while slamon runs, for whoever checks a configuration.
func SourceWarnings(cfg *config.Config) []string {
	var list []string
	for _, f := range cfg.MaintenanceFiles {
		data, err := readBounded(f.Path)
		if err == nil {
			_, err = parseSource(cfg, f, data, time.Now())
		}
		if err != nil {
			list = append(list, fmt.Sprintf("maintenance_file: %s", err))
		}
	}
	list = append(list, dutyWarnings(cfg, time.Now())...)
	for _, c := range cfg.Claims {
		if c.Reference != "" {
			if _, err := report.FindReference(c.Reference); err != nil {
				list = append(list, fmt.Sprintf("claim %s: %s", c.ID, err))
			}
		}
	}
	for _, c := range cfg.Responses {
		if c.Reference != "" {
			if _, err := report.FindReference(c.Reference); err != nil {
				list = append(list, fmt.Sprintf("claim %s: %s", c.ID, err))
			}
		}
	}
	if path := cfg.Report.Sheet; path != "" {
		data, err := readBounded(path)
		if err == nil {
			_, err = report.ReadStatements(path, data)
		}
		if err != nil {
			list = append(list, fmt.Sprintf("sheet: %s", err))
		}
	}
	return list
}

// overlapLook is how many announcements before one are compared with it: they are in
// order of time, and a hundred that overlap without the neighbours doing so is no
// calendar.
const overlapLook = 100

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
				return d.rest(ctx, sourceRest, nil), false
			}
		}
	}
}

// isSource reports whether the path is one of the watched files. The store may lie in
// the same directory, and is written all the time.
func (d *Daemon) isSource(path string) bool {
	return slices.Contains(watchedPaths(d.config.Load()), filepath.Clean(path))
}
