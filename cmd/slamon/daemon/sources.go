package daemon

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
)

// sourceFile is what a watched file of maintenance said when it was last right.
type sourceFile struct {
	hash       [sha256.Size]byte // of the bytes that were looked at last, right or wrong
	exclusions []sla.Exclusion
	problem    string // of the bytes that were looked at last
}

// maxSource bounds a watched file.
const maxSource = 4 << 20

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

// overlapLook is how many announcements before one are compared with it: they are in
// order of time, and a hundred that overlap without the neighbours doing so is no
// calendar.
const overlapLook = 100
