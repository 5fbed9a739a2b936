package sla

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Site is what was seen from one place: the series of a claim's checks.
type Site struct {
	Name   string
	Series []timeline.Series
}

// SiteVerdict is a claim held against what one place saw.
type SiteVerdict struct {
	Site string
	Verdict
}

// SitesVerdict is a claim held against what several places saw.
type SitesVerdict struct {
	Sites []SiteVerdict
	// Together counts a check as down while at least Need of the sites see it down at the
	// same time: what fewer see may be their own way to it. It is not there where the sites
	// do not have the same checks, nor for several checks of which each counts in part, or
	// that a counting rule is about.
	Together *Verdict
	Need     int
}

// Majority returns how many of so many sites are more than half.
func Majority(sites int) int { return sites/2 + 1 }

// JudgeSites holds the claim against each site alone, and against all of them where
// that can be done. Need is from 1 to their number.
func JudgeSites(c Claim, p timeline.Period, until time.Time, sites []Site, need int, ex []Exclusion) SitesVerdict {
	v := SitesVerdict{Need: need}
	for _, s := range sites {
		v.Sites = append(v.Sites, SiteVerdict{s.Name, Hold(c, p, until, s.Series, ex)})
	}
	rows, same := rowsOf(sites)
	switch {
	case !same || len(rows) == 0:
	case len(sites) == 1:
		v.Together = &v.Sites[0].Verdict
	case len(rows) == 1:
		v.Together = oneCheck(c, p, until, sites, need, ex)
	case c.Rule == nil && c.Combine != Mean:
		together := judgeGrid(c, p, until, rows, need, ex)
		v.Together = &together
	}
	return v
}

// oneCheck holds the claim against one check that several sites see.
func oneCheck(c Claim, p timeline.Period, until time.Time, sites []Site, need int, ex []Exclusion) *Verdict {
	c.Checks, c.Combine, c.Weights = nil, quorum(need, len(sites)), nil
	var series []timeline.Series
	for _, s := range sites {
		seen := s.Series[0]
		seen.Check = check.ID(s.Name) // an incident names who saw it
		series = append(series, seen)
		c.Checks = append(c.Checks, seen.Check)
	}
	together := Hold(c, p, until, series, ex)
	return &together
}

// Answer is that of all sites together, or what each of them says alone. Where they
// differ, nobody can tell.
func (v *SitesVerdict) Answer() Answer {
	if v.Together != nil {
		return v.Together.Answer
	}
	for _, s := range v.Sites {
		if s.Verdict.Answer != v.Sites[0].Verdict.Answer {
			return CannotTell
		}
	}
	return v.Sites[0].Verdict.Answer
}

// SitesJSON is the verdict over several sites as machines read it: that of all of them
// together, with those of each beside it. Together is null when it cannot be told.
type SitesJSON struct {
	Together *VerdictJSON      `json:"together"`
	Need     int               `json:"sites_needed_down"`
	Verdict  Answer            `json:"verdict"`
	Sites    []SiteVerdictJSON `json:"sites"`
}

// SiteVerdictJSON is the verdict of one site.
type SiteVerdictJSON struct {
	Site string `json:"site"`
	VerdictJSON
}

// JSON returns the shape for machines.
func (v *SitesVerdict) JSON() SitesJSON {
	j := SitesJSON{Need: v.Need, Verdict: v.Answer()}
	if v.Together != nil {
		together := v.Together.JSON()
		j.Together = &together
	}
	for _, s := range v.Sites {
		j.Sites = append(j.Sites, SiteVerdictJSON{s.Site, s.Verdict.JSON()})
	}
	return j
}
