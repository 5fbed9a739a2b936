package daemon

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
)

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
	for _, c := range heldClaims(cfg) {
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
