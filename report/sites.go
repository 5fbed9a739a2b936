package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// SiteReader gathers results of several files, each maybe of several sites.
type SiteReader struct {
	pacing  Pacing
	records []record
	ids     names
	sites   names
	steps   steps
	one     bool
	// Pace says how each check was probed, where that is known; nil for all alike.
	Pace func(check.ID) Pacing
}

// NewSiteReader returns a reader of results that were probed so. With one, all of them
// are taken for those of one place.
func NewSiteReader(p Pacing, one bool) *SiteReader {
	return &SiteReader{pacing: p, one: one, ids: names{index: map[string]int32{}}, sites: names{index: map[string]int32{}}, steps: steps{}}
}

// Read takes a file. Results that name no site are those of the given one, which may be
// empty; the name of the file is for complaints.
func (s *SiteReader) Read(r io.Reader, name, site string) error {
	return s.take(r, name, func(line row) string {
		if s.one {
			return ""
		}
		return cmp.Or(line.site, site)
	})
}

func (s *SiteReader) take(r io.Reader, name string, site func(row) string) error {
	return eachResult(r, name, func(line row) {
		next := record{
			sent: line.sent.UnixNano(), check: s.ids.of(line.check), site: s.sites.of(site(line)),
			state: line.state, reason: line.reason, base: line.base, cell: sla.ResponseCell(line.took),
		}
		s.records = append(s.records, next)
		if line.reason == check.ReasonClock && line.took > 0 {
			s.steps[stepAt{next.check, next.sent}] = line.took
		}
	})
}

// Named takes a file whose results are all those of one site, whatever it calls it.
func (s *SiteReader) Named(r io.Reader, name, site string) error {
	return s.take(r, name, func(row) string { return site })
}

// Sites returns the series of each site, in order of their names, and of a site's checks
// in order of theirs. A line that stands there twice counts once, also in two files.
func (s *SiteReader) Sites() []sla.Site {
	slices.SortFunc(s.records, func(a, b record) int { return cmp.Or(cmp.Compare(a.site, b.site), compareRecords(a, b)) })
	var all []sla.Site
	for rest := s.records; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].site == rest[0].site && rest[n].check == rest[0].check {
			n++
		}
		name := s.sites.list[rest[0].site]
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, sla.Site{Name: name})
		}
		last := &all[len(all)-1]
		id, pacing := check.ID(s.ids.list[rest[0].check]), s.pacing
		if s.Pace != nil {
			pacing = s.Pace(id)
		}
		last.Series = append(last.Series, pacing.series(id, rest[:n], s.steps))
		rest = rest[n:]
	}
	for i := range all {
		slices.SortFunc(all[i].Series, func(a, b timeline.Series) int { return cmp.Compare(a.Check, b.Check) })
	}
	slices.SortFunc(all, func(a, b sla.Site) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// SitesJSON writes the verdicts of several sites as JSON.
func SitesJSON(w io.Writer, v sla.SitesVerdict) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v.JSON())
}

// SitesText writes the verdicts of several sites for people: a line for each, and then
// that of all of them together as JudgeText does.
func SitesText(w io.Writer, v sla.SitesVerdict) error {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SITE\tVERDICT\tAVAILABILITY\tDOWNTIME AT 95 %\tUNKNOWN\tCOVERAGE\tPROBES\tFAILED")
	for _, s := range v.Sites {
		siteLine(table, siteName(s.Site), &s.Verdict)
	}
	if v.Together != nil {
		siteLine(table, "together", v.Together)
	}
	table.Flush()
	if v.Together == nil {
		fmt.Fprintf(&out, "\nWhat the sites saw cannot be put together: they do not have the same checks, or several of them count in part or by a rule.\n")
		_, err := w.Write(out.Bytes())
		return err
	}
	fmt.Fprintf(&out, "\nTogether counts as down what at least %d of %d sites saw down at the same time.\n", v.Need, len(v.Sites))
	if _, err := w.Write(out.Bytes()); err != nil {
		return err
	}
	return JudgeText(w, *v.Together)
}

func siteLine(w io.Writer, name string, v *sla.Verdict) {
	availability := "-"
	if v.Coverage > 0 {
		availability = sla.Percent(v.Availability.Point, v.Claim.Availability.Digits+1)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s to %s\t%s\t%s\t%d\t%d\n", name, v.Answer, availability,
		sla.AtLeast(v.Downtime.Low95), sla.AtMost(v.Downtime.High95), sla.AtMost(v.Unknown), sla.Percent(v.Coverage, 3),
		v.Probes.Total, v.Probes.Failed)
}

// siteName names a site that has no name.
func siteName(name string) string {
	if name == "" {
		return "(not named)"
	}
	return name
}
