package web

import (
	"net/http"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// siteRow is what one place says of a claim.
type siteRow struct {
	Name             string
	Answer           answerView
	Known            bool
	Point, Low, High string
	Coverage, Seen   string
	Note             string // why there is nothing, or nothing new
}

// sites are our own figures of a claim beside those of the other places that have it,
// apart: none when there are no other places.
func (v *visit) sites(c *status.Claim, digits int) []siteRow {
	if len(v.board.Sites) == 0 || v.public {
		return nil
	}
	return v.eachSite(v.siteRow(v.board.Site, &c.Verdict, digits), func(s *status.Site) (siteRow, bool) {
		theirs, has := s.Claims[c.Claim.ID]
		return v.siteRow(s.Name, &theirs, digits), has
	})
}

// responseSites are the same of a claim on response time.
func (v *visit) responseSites(c *status.Response) []siteRow {
	if len(v.board.Sites) == 0 || v.public {
		return nil
	}
	row := func(name string, r *sla.ResponseVerdict) siteRow {
		out := siteRow{Name: name, Answer: v.answerOf(r.Answer), Coverage: responseCoverage(r)}
		out.Known, out.Point, out.Low, out.High = responseShares(r, responseDigits(&c.Claim))
		return out
	}
	return v.eachSite(row(v.board.Site, &c.ResponseVerdict), func(s *status.Site) (siteRow, bool) {
		theirs, has := s.Responses[c.Claim.ID]
		return row(s.Name, &theirs), has
	})
}

// eachSite puts the other places below ours, with the reason where one says nothing.
func (v *visit) eachSite(ours siteRow, of func(*status.Site) (siteRow, bool)) []siteRow {
	rows := []siteRow{ours}
	for i := range v.board.Sites {
		s := &v.board.Sites[i]
		row, has := of(s)
		if !has {
			row = siteRow{Name: s.Name}
		}
		switch {
		case s.Error != "" && s.At.IsZero():
			row.Note = s.Error
		case s.Error != "":
			row.Note = v.t("sites.old", v.at(s.At).Text, s.Error)
		case s.At.IsZero():
			row.Note = v.t("sites.waiting")
		case !has:
			row.Note = v.t("sites.without")
		}
		rows = append(rows, row)
	}
	return rows
}

func (v *visit) siteRow(name string, d *sla.Verdict, digits int) siteRow {
	row := siteRow{Name: name, Answer: v.answerOf(d.Answer), Known: known(d), Coverage: coverage(d), Seen: v.seen(d)}
	row.Point, row.Low, row.High = shares(d, digits)
	return row
}

// siteJSON is what another place says.
type siteJSON struct {
	Site   string          `json:"site"`
	URL    string          `json:"url"`
	At     *time.Time      `json:"at"`
	Error  string          `json:"error"`
	Claims []siteClaimJSON `json:"claims"`
	// Responses are the claims on response time.
	Responses []siteResponseJSON `json:"responses"`
}

type siteResponseJSON struct {
	ID         sla.ClaimID   `json:"id"`
	Verdict    sla.Answer    `json:"verdict"`
	Operations int           `json:"operations"`
	Unknown    int           `json:"unknown"`
	Share      sla.ShareJSON `json:"within_limit"`
}

func siteResponse(id sla.ClaimID, r *sla.ResponseVerdict) siteResponseJSON {
	j := siteResponseJSON{ID: id, Verdict: r.Answer, Operations: r.Operations, Unknown: r.Unknown, Share: sla.ShareJSON{Low95: r.Low95, High95: r.High95}}
	if r.Operations > 0 {
		j.Share.Point = &r.Point
	}
	return j
}

type siteClaimJSON struct {
	ID        sla.ClaimID `json:"id"`
	Verdict   sla.Answer  `json:"verdict"`
	Accounted float64     `json:"accounted_seconds"`
	Unknown   float64     `json:"unknown_seconds"`
	Coverage  float64     `json:"coverage"`
	Downtime  struct {
		Point  float64 `json:"point"`
		Low95  float64 `json:"low95"`
		High95 float64 `json:"high95"`
	} `json:"downtime_seconds"`
}

// apiSites tells what other places say of the claims that we have too.
func (s *server) apiSites(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []siteJSON{}
	for i := range b.Sites {
		one := &b.Sites[i]
		j := siteJSON{Site: one.Name, URL: one.URL, At: instant(one.At, zoneOf(b)), Error: one.Error, Claims: []siteClaimJSON{}, Responses: []siteResponseJSON{}}
		claims(r, b, func(c *status.Claim) {
			d, has := one.Claims[c.Claim.ID]
			if !has {
				return
			}
			k := siteClaimJSON{ID: c.Claim.ID, Verdict: d.Answer, Accounted: d.Accounted.Seconds(), Unknown: d.Unknown.Seconds(), Coverage: d.Coverage}
			k.Downtime.Point, k.Downtime.Low95, k.Downtime.High95 = d.Downtime.Point.Seconds(), d.Downtime.Low95.Seconds(), d.Downtime.High95.Seconds()
			j.Claims = append(j.Claims, k)
		})
		for n := range b.Services {
			for k := range b.Services[n].Responses {
				id := b.Services[n].Responses[k].Claim.ID
				if theirs, has := one.Responses[id]; has {
					j.Responses = append(j.Responses, siteResponse(id, &theirs))
				}
			}
		}
		list = append(list, j)
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "site": b.Site, "sites": list})
}
