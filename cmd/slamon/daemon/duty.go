package daemon

import (
	"crypto/sha256"
	"path/filepath"
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/config"
)

// duties is what the calendars of rotas say.
type duties struct {
	mu    sync.Mutex
	files map[string]*dutyFile // by rota
}

// dutyFile is what the calendar of a rota said when it was last right.
type dutyFile struct {
	hash    [sha256.Size]byte // of the bytes that were looked at last, right or wrong
	path    string
	shifts  []alert.Shift
	problem string // of the bytes that were looked at last
}

// read looks at all calendars and takes those that changed. A wrong one changes
// nothing: who was on duty by what it said before still is, or else whose turn it is.
// It returns what is wrong anew.
func (d *duties) read(cfg *config.Config, now time.Time) (problems []error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files == nil {
		d.files = map[string]*dutyFile{}
	}
	for _, rota := range cfg.Notify.Rotas {
		if rota.Calendar == "" {
			delete(d.files, rota.ID)
			continue
		}
		f := d.files[rota.ID]
		if f == nil || f.path != rota.Calendar {
			f = &dutyFile{path: rota.Calendar}
			d.files[rota.ID] = f
		}
		if err := f.read(cfg, rota, now); err != nil && err.Error() != f.problem {
			f.problem = err.Error()
			problems = append(problems, err)
		} else if err == nil {
			f.problem = ""
		}
	}
	return problems
}

func (f *dutyFile) read(cfg *config.Config, rota config.NamedRota, now time.Time) error {
	data, err := readBounded(rota.Calendar)
	if err != nil {
		return err
	}
	// The people and the channels that it may name belong to what was read.
	hash := sha256.Sum256(append(data, cfg.Hash...))
	if hash == f.hash && f.problem == "" {
		return nil
	}
	f.hash = hash
	shifts, err := config.ReadDuty(rota.Calendar, data, rota, cfg.Notify.Channels, config.Horizon(now))
	if err == nil {
		f.shifts = shifts
	}
	return err
}

// put adds to the rotas what their calendars say.
func (d *duties) put(rules *alert.Rules) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, f := range d.files {
		if rota, ok := rules.Rotas[id]; ok {
			rota.Shifts = f.shifts
			rules.Rotas[id] = rota
		}
	}
}

// rules are those of a configuration, with what the calendars say.
func (t *teller) rules(cfg *config.Config) alert.Rules {
	rules := cfg.Rules()
	t.duties.put(&rules)
	return rules
}

// readDuties looks at the calendars, and says what is wrong.
func (t *teller) readDuties(cfg *config.Config, now time.Time) {
	for _, err := range t.duties.read(cfg, now) {
		t.d.log.Error("calendar of duties not taken, what it said before stays", "error", err)
	}
}

// watchedPaths are the files that are read again when they change.
func watchedPaths(cfg *config.Config) (list []string) {
	if cfg.Holidays != "" {
		list = append(list, filepath.Clean(cfg.Holidays))
	}
	for _, f := range cfg.MaintenanceFiles {
		list = append(list, filepath.Clean(f.Path))
	}
	for _, rota := range cfg.Notify.Rotas {
		if rota.Calendar != "" {
			list = append(list, filepath.Clean(rota.Calendar))
		}
	}
	return list
}

// dutyWarnings says what is wrong with the calendars, for whoever checks a
// configuration.
func dutyWarnings(cfg *config.Config, now time.Time) (list []string) {
	for _, err := range (&duties{}).read(cfg, now) {
		list = append(list, "rota: "+err.Error())
	}
	return list
}
