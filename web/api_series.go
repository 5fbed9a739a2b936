package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// maxSeries are asked for at once: as many checks as a claim can rest on.
const maxSeries = 200

// seriesJSON is the history of a check as verdicts rest on it: stretches of neighbouring
// results of one state. Another slamon holds it to its own claims.
type seriesJSON struct {
	Check     check.ID      `json:"check"`
	Interval  float64       `json:"interval_seconds"`
	Reprobe   float64       `json:"reprobe_seconds"`
	Gap       float64       `json:"gap_seconds"`
	Stretches []stretchJSON `json:"stretches"`
}

type stretchJSON struct {
	State    check.State  `json:"state"`
	Reason   check.Reason `json:"reason"`
	First    time.Time    `json:"first"`
	Last     time.Time    `json:"last"`
	Results  int          `json:"results"`
	Base     int          `json:"base"` // of them on the base grid
	Interval float64      `json:"interval_seconds"`
	Beside   bool         `json:"beside"`            // the first of them was sent beside the grid
	LongGaps float64      `json:"long_gaps_seconds"` // pauses inside that lost a slot without record
}

func seriesToJSON(s *timeline.Series) seriesJSON {
	j := seriesJSON{Check: s.Check, Interval: s.Interval.Seconds(), Reprobe: s.Reprobe.Seconds(), Gap: s.Gap.Seconds(), Stretches: make([]stretchJSON, 0, len(s.Stretches))}
	for _, x := range s.Stretches {
		j.Stretches = append(j.Stretches, stretchJSON{x.State, x.Reason, x.First.UTC(), x.Last.UTC(), x.Results, x.Base, x.Interval.Seconds(), x.Beside, x.LongGaps.Seconds()})
	}
	return j
}

// apiSeries tells what is known of the checks that are named. One that is not here is left
// out: whoever asks has others.
func (s *server) apiSeries(w http.ResponseWriter, r *http.Request, b *status.Board) {
	q := r.URL.Query()
	ids := q["check"]
	if len(ids) == 0 || len(ids) > maxSeries {
		fail(w, http.StatusBadRequest, fmt.Sprintf("check: want 1 to %d of them, as check=a&check=b", maxSeries))
		return
	}
	p, err := periodOf(q.Get("from"), q.Get("to"), b.At, zoneOf(b))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	list := []seriesJSON{}
	for _, id := range ids {
		if c, _ := findCheck(b, check.ID(id)); c == nil {
			continue
		}
		series, err := s.History.Series(check.ID(id), p)
		if err != nil {
			s.Log.Warn("history cannot be read", "check", id, "error", err)
			fail(w, http.StatusInternalServerError, "the history could not be read; the log says why")
			return
		}
		series.Check = check.ID(id)
		list = append(list, seriesToJSON(&series))
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "site": b.Site, "series": list})
}
