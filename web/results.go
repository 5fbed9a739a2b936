package web

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

const (
	// defaultResults is the period that is sent when none is asked for.
	defaultResults = 24 * time.Hour
	// rowsPerDeadline are written between two extensions of the deadline: a year
	// of results takes longer than a server's usual time to write an answer, but a
	// reader that takes nothing must not hold the answer for ever.
	rowsPerDeadline = 10_000
	rowsDeadline    = 30 * time.Second
)

// resultColumns are what `slamon judge` reads.
var resultColumns = []string{"time", "outcome", "duration_seconds", "reason", "site", "check", "base"}

type resultJSON struct {
	Time     time.Time       `json:"time"`
	Outcome  check.State     `json:"outcome"`
	Duration float64         `json:"duration_seconds"`
	Reason   check.Reason    `json:"reason"`
	Site     string          `json:"site"`
	Check    check.ID        `json:"check"`
	Base     bool            `json:"base"`
	Evidence *check.Evidence `json:"evidence,omitempty"`
}

func resultToJSON(r check.Result, zone *time.Location) resultJSON {
	return resultJSON{
		Time: r.Sent.In(zone), Outcome: r.State, Duration: r.Took.Seconds(), Reason: r.Reason,
		Site: r.Site, Check: r.Check, Base: r.Base, Evidence: r.Detail,
	}
}

// apiResults streams the raw results of one check. A failure half-way breaks the
// connection, so that nobody takes the part for the whole.
func (s *server) apiResults(w http.ResponseWriter, r *http.Request, b *status.Board) {
	q := r.URL.Query()
	id := check.ID(q.Get("check"))
	if id == "" || s.History == nil {
		fail(w, http.StatusBadRequest, "name a check: /api/v1/results?check=ID&from=…&to=…")
		return
	}
	period, err := periodOf(q.Get("from"), q.Get("to"), b.At, zoneOf(b))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var out rowWriter
	switch format := q.Get("format"); format {
	case "", "csv":
		w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", string(id)+".csv"))
		out = newCSVRows(w)
	case "json":
		w.Header().Set("Content-Type", "application/json")
		out = newJSONRows(w, zoneOf(b))
	default:
		fail(w, http.StatusBadRequest, fmt.Sprintf("format %q: want csv or json", format))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if err := s.sendRows(w, r, id, period, out); err != nil {
		s.Log.Warn("results were sent in part only", "check", id, "error", err)
		panic(http.ErrAbortHandler)
	}
}

func (s *server) sendRows(w http.ResponseWriter, r *http.Request, id check.ID, p timeline.Period, out rowWriter) error {
	deadline := http.NewResponseController(w)
	defer func() { _ = deadline.SetWriteDeadline(time.Time{}) }() // the connection may be used again, much later
	n := 0
	for result, err := range s.History.Results(id, p) {
		if err != nil {
			return err
		}
		if n%rowsPerDeadline == 0 {
			if r.Context().Err() != nil {
				return r.Context().Err()
			}
			_ = deadline.SetWriteDeadline(time.Now().Add(rowsDeadline)) // a recorder in a test has none
		}
		n++
		if err := out.row(result); err != nil {
			return err
		}
	}
	return out.end()
}

// periodOf reads two instants, RFC 3339 or a local date; the defaults are the
// last day.
func periodOf(from, to string, now time.Time, zone *time.Location) (timeline.Period, error) {
	p := timeline.Period{To: now}
	var err error
	if to != "" {
		if p.To, err = parseInstant("to", to, zone); err != nil {
			return p, err
		}
	}
	p.From = p.To.Add(-defaultResults)
	if from != "" {
		if p.From, err = parseInstant("from", from, zone); err != nil {
			return p, err
		}
	}
	if !p.From.Before(p.To) {
		return p, fmt.Errorf("from %s is not before to %s", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	return p, nil
}

func parseInstant(name, value string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, value, zone)
	if err != nil {
		return t, fmt.Errorf("%s %q: want a date such as 2026-10-01 or an instant such as 2026-10-01T09:00:00+09:00", name, value)
	}
	return t, nil
}

// rowWriter writes results in one format.
type rowWriter interface {
	row(check.Result) error
	end() error
}

type csvRows struct {
	w      *csv.Writer
	fields []string
}

func newCSVRows(w io.Writer) *csvRows {
	c := &csvRows{w: csv.NewWriter(w), fields: make([]string, len(resultColumns))}
	_ = c.w.Write(resultColumns) // an error stays in the writer and shows at the end
	return c
}

func (c *csvRows) row(r check.Result) error {
	c.fields[0] = r.Sent.UTC().Format(time.RFC3339Nano)
	c.fields[1] = r.State.String()
	c.fields[2] = strconv.FormatFloat(r.Took.Seconds(), 'f', -1, 64)
	c.fields[3] = r.Reason.String()
	c.fields[4] = r.Site
	c.fields[5] = string(r.Check)
	c.fields[6] = strconv.FormatBool(r.Base)
	return c.w.Write(c.fields)
}

func (c *csvRows) end() error {
	c.w.Flush()
	return c.w.Error()
}

type jsonRows struct {
	w    *bufio.Writer
	zone *time.Location
	some bool
}

func newJSONRows(w io.Writer, zone *time.Location) *jsonRows {
	return &jsonRows{w: bufio.NewWriter(w), zone: zone}
}

func (j *jsonRows) row(r check.Result) error {
	before := `{"results":[`
	if j.some {
		before = ",\n"
	}
	j.some = true
	row, err := json.Marshal(resultToJSON(r, j.zone))
	if err != nil {
		return err
	}
	_, _ = j.w.WriteString(before) // errors stay in the writer
	_, err = j.w.Write(row)
	return err
}

func (j *jsonRows) end() error {
	if !j.some {
		_, _ = j.w.WriteString(`{"results":[`)
	}
	_, _ = j.w.WriteString("]}\n")
	return j.w.Flush()
}
