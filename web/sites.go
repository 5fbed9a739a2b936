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
	rows := []siteRow{v.siteRow(v.board.Site, &c.Verdict, digits)}
	for i := range v.board.Sites {
		s := &v.board.Sites[i]
		theirs, has := s.Claims[c.Claim.ID]
		row := siteRow{Name: s.Name}
		if has {
			row = v.siteRow(s.Name, &theirs, digits)
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
		j := siteJSON{Site: one.Name, URL: one.URL, At: instant(one.At, zoneOf(b)), Error: one.Error, Claims: []siteClaimJSON{}}
		claims(r, b, func(c *status.Claim) {
			d, has := one.Claims[c.Claim.ID]
			if !has {
				return
			}
			k := siteClaimJSON{ID: c.Claim.ID, Verdict: d.Answer, Accounted: d.Accounted.Seconds(), Unknown: d.Unknown.Seconds(), Coverage: d.Coverage}
			k.Downtime.Point, k.Downtime.Low95, k.Downtime.High95 = d.Downtime.Point.Seconds(), d.Downtime.Low95.Seconds(), d.Downtime.High95.Seconds()
			j.Claims = append(j.Claims, k)
		})
		list = append(list, j)
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "site": b.Site, "sites": list})
}
