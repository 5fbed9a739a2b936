package main

import (
	"fmt"
	"io"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
)

// places reads what --site names: results of other places, probed at the pace of the file.
func (f *reportFlags) places(cfg *config.Config) ([]sla.Site, error) {
	if len(f.sites) == 0 {
		return nil, nil
	}
	reader := report.NewSiteReader(report.Pacing{}, false)
	reader.Pace = func(id check.ID) report.Pacing {
		c, _ := cfg.Check(id)
		return report.Pacing{Interval: c.Interval, Reprobe: c.Reprobe}
	}
	for _, named := range f.sites {
		site, path := siteOf(named)
		if site == "" {
			return nil, fmt.Errorf("--site %s: want the name of the place and a file\ntry: --site outside=results.csv", named)
		}
		if err := read(path, nil, func(r io.Reader, name string) error { return reader.Named(r, name, site) }); err != nil {
			return nil, err
		}
	}
	return reader.Sites(), nil
}
