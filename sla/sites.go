package sla

import (
	"slices"
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
	// Together counts what at least Need of the sites saw down at the same time: what
	// fewer see may be their own way to the service. It is there only where each site
	// has one and the same check, because what makes several checks a service, and
	// several sites a sight of it, cannot be told in one rule.
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
	if !oneCheck(sites) {
		return v
	}
	c.Checks, c.Combine, c.Weights = nil, quorum(need, len(sites)), nil
	if len(sites) == 1 {
		c.Combine = ""
	}
	var series []timeline.Series
	for _, s := range sites {
		seen := s.Series[0]
		seen.Check = check.ID(s.Name) // an incident names who saw it
		series = append(series, seen)
		c.Checks = append(c.Checks, seen.Check)
	}
	together := Hold(c, p, until, series, ex)
	v.Together = &together
	return v
}

// oneCheck reports whether every site has one check, and the same.
func oneCheck(sites []Site) bool {
	return !slices.ContainsFunc(sites, func(s Site) bool {
		return len(s.Series) != 1 || s.Series[0].Check != sites[0].Series[0].Check
	})
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
