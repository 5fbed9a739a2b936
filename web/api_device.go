package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

func (s *server) deviceRoutes() []route {
	return []route{
		{http.MethodGet, "/api/v1/devices", s.withBoard(s.apiDevices)},
		{http.MethodGet, "/api/v1/devices/{id}", s.withBoard(s.apiDevice)},
		{http.MethodGet, "/api/v1/readings", s.withBoard(s.apiReadings)},
		{http.MethodGet, "/api/v1/reviews", s.withBoard(s.apiReviews)},
		{http.MethodPost, "/api/v1/reviews/{id}", s.guard(s.changeReview)},
	}
}

type deviceJSON struct {
	ID        device.ID       `json:"id"`
	Name      string          `json:"name"`
	Service   check.ServiceID `json:"service,omitempty"`
	Class     check.Class     `json:"class"`
	Address   string          `json:"address"`
	Interval  float64         `json:"interval_seconds"`
	State     check.State     `json:"state"`
	Crossings int             `json:"crossings"` // thresholds that are passed
}

type deviceWholeJSON struct {
	deviceJSON
	Readings   []readingJSON   `json:"readings"`
	Thresholds []thresholdJSON `json:"thresholds"`
	Traps      []device.Trap   `json:"traps"`
}

// readingJSON has null for a value that is void, and why.
type readingJSON struct {
	Kind     string    `json:"kind"`
	Instance string    `json:"instance"`
	At       time.Time `json:"at"`
	Value    *float64  `json:"value"`
	Void     string    `json:"void"`
	Unit     string    `json:"unit"`
}

type thresholdJSON struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Instance string     `json:"instance"`
	Severity string     `json:"severity"`
	Limit    float64    `json:"limit"`
	Below    bool       `json:"below"`
	Raised   bool       `json:"raised"`
	Unstable bool       `json:"unstable"`
	Value    float64    `json:"value"`
	Since    *time.Time `json:"since"`
}

func deviceToJSON(b *status.Board, d *status.Device) deviceJSON {
	j := deviceJSON{ID: d.ID, Name: d.Name, Service: d.Service, Class: d.Class, Address: d.Address, Interval: d.Interval.Seconds(), State: check.Unknown}
	if c, _ := findCheck(b, check.ID(d.ID)); c != nil {
		j.State = c.Last.State
	}
	for _, w := range d.Watched {
		if w.Raised {
			j.Crossings++
		}
	}
	return j
}

func readingToJSON(r device.Reading, zone *time.Location) readingJSON {
	j := readingJSON{Kind: r.Kind.String(), Instance: r.Instance, At: r.At.In(zone), Void: r.Void.String(), Unit: string(r.Kind.Unit())}
	if r.Known() {
		j.Value = &r.Value
	}
	return j
}

func (s *server) apiDevices(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := make([]deviceJSON, 0, len(b.Devices))
	for i := range b.Devices {
		list = append(list, deviceToJSON(b, &b.Devices[i]))
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "devices": list})
}

func (s *server) apiDevice(w http.ResponseWriter, r *http.Request, b *status.Board) {
	d := findDevice(b, device.ID(r.PathValue("id")))
	if d == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no device is named %q", r.PathValue("id")))
		return
	}
	zone := zoneOf(b)
	j := deviceWholeJSON{deviceJSON: deviceToJSON(b, d), Readings: []readingJSON{}, Thresholds: []thresholdJSON{}, Traps: d.Traps}
	if j.Traps == nil {
		j.Traps = []device.Trap{}
	}
	for _, reading := range d.Readings {
		j.Readings = append(j.Readings, readingToJSON(reading, zone))
	}
	for _, x := range d.Watched {
		j.Thresholds = append(j.Thresholds, thresholdJSON{
			ID: x.Threshold.ID, Kind: x.Series.Kind.String(), Instance: x.Series.Instance, Severity: string(x.Severity), Limit: x.Limit,
			Below: x.Below, Raised: x.Raised, Unstable: x.Unstable, Value: x.Value, Since: instant(x.Since, zone),
		})
	}
	writeJSON(w, r, j)
}

// maxReadingPeriod bounds one answer with readings: 32 days every minute are 46,000.
const maxReadingPeriod = 32 * 24 * time.Hour

// apiReadings answers with the readings of one series over a period.
func (s *server) apiReadings(w http.ResponseWriter, r *http.Request, b *status.Board) {
	q := r.URL.Query()
	series := device.Series{Device: device.ID(q.Get("device")), Instance: q.Get("instance")}
	kind, err := device.ParseKind(q.Get("kind"))
	p := timeline.Period{From: b.At.Add(-hours24), To: b.At.Add(time.Minute)}
	for key, into := range map[string]*time.Time{"from": &p.From, "to": &p.To} {
		if text := q.Get(key); text != "" && err == nil {
			*into, err = time.Parse(time.RFC3339, text)
		}
	}
	switch {
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
		return
	case series.Device == "":
		fail(w, http.StatusBadRequest, "want device=ID and kind=KIND, and instance=NAME where there is one")
		return
	case p.Length() > maxReadingPeriod || p.Length() <= 0:
		fail(w, http.StatusBadRequest, "want a period of 32 days at most, from before to")
		return
	case s.Readings == nil:
		fail(w, http.StatusNotImplemented, "this slamon keeps no readings")
		return
	}
	series.Kind = kind
	readings, err := s.Readings.Readings(series, p)
	if err != nil {
		s.Log.Error("readings cannot be read", "series", series.String(), "error", err)
		fail(w, http.StatusInternalServerError, "the readings cannot be read; the log says why")
		return
	}
	list := make([]readingJSON, 0, len(readings))
	for _, reading := range readings {
		list = append(list, readingToJSON(reading, zoneOf(b)))
	}
	writeJSON(w, r, map[string]any{"device": series.Device, "kind": series.Kind, "instance": series.Instance, "readings": list})
}

func (s *server) apiReviews(w http.ResponseWriter, r *http.Request, b *status.Board) {
	openOnly := r.URL.Query().Get("open") == "true"
	list := []device.Review{}
	for _, review := range b.Reviews {
		if !openOnly || review.Open() {
			if review.History == nil {
				review.History = []device.Entry{}
			}
			list = append(list, review)
		}
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "reviews": list})
}

func (s *server) changeReview(w http.ResponseWriter, r *http.Request) {
	if s.Reviews == nil {
		fail(w, http.StatusNotImplemented, "this slamon keeps no reviews")
		return
	}
	var c ReviewChange
	if !readBody(w, r, &c) {
		return
	}
	c.By = signed(r, c.By)
	review, err := s.Reviews.ChangeReview(r.PathValue("id"), c, time.Now())
	var refusal Refusal
	switch {
	case errors.As(err, &refusal):
		fail(w, http.StatusBadRequest, err.Error())
	case err != nil:
		s.Log.Error("a review could not be kept", "review", r.PathValue("id"), "error", err)
		fail(w, http.StatusInternalServerError, "it could not be kept; the log says why")
	default:
		writeJSON(w, r, review)
	}
}
