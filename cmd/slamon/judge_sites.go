package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// readSites reads all files that --results names.
func (f *judgeFlags) readSites(stdin io.Reader, pacing report.Pacing) ([]sla.Site, error) {
	reader := report.NewSiteReader(pacing, f.oneSite)
	inputs := 0
	for _, named := range f.results {
		if _, path := siteOf(named); path == "-" {
			inputs++
		}
	}
	if inputs > 1 {
		return nil, errors.New("--results - twice: standard input can be read once\ntry: --results - and files")
	}
	for _, named := range f.results {
		site, path := siteOf(named)
		err := read(path, stdin, func(r io.Reader, name string) error { return reader.Read(r, name, site) })
		if err != nil {
			return nil, err
		}
	}
	sites := reader.Sites()
	if len(sites) == 0 { // files without a line: time without results is unknown
		return []sla.Site{{}}, nil
	}
	return sites, nil
}

// siteOf takes SITE=FILE apart, unless a file has such a name.
func siteOf(named string) (site, path string) {
	before, after, ok := strings.Cut(named, "=")
	if _, err := os.Stat(named); !ok || err == nil || strings.ContainsRune(before, os.PathSeparator) {
		return "", named
	}
	return before, after
}

// need returns how many sites have to see the service down.
func (f *judgeFlags) need(sites int) (int, error) {
	if f.sitesDown == 0 {
		return sla.Majority(sites), nil
	}
	if f.sitesDown < 1 || f.sitesDown > sites {
		return 0, fmt.Errorf("--sites-down %d: the results are of %d sites\ntry: --sites-down %d", f.sitesDown, sites, sla.Majority(sites))
	}
	return f.sitesDown, nil
}

// checksOf returns one series for each check, whatever its site.
func checksOf(all []timeline.Series) []timeline.Series {
	seen := map[check.ID]bool{}
	var one []timeline.Series
	for _, s := range all {
		if !seen[s.Check] {
			seen[s.Check] = true
			one = append(one, s)
		}
	}
	return one
}

// print writes the verdict of one site as ever, and those of several beside each other.
func (f *judgeFlags) print(w io.Writer, v sla.SitesVerdict) error {
	switch {
	case len(v.Sites) == 1 && f.asJSON:
		return report.JudgeJSON(w, v.Sites[0].Verdict)
	case len(v.Sites) == 1:
		return report.JudgeText(w, v.Sites[0].Verdict)
	case f.asJSON:
		return report.SitesJSON(w, v)
	}
	return report.SitesText(w, v)
}
