package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

const (
	// maxCharts are drawn on the page of one device; the API has the rest.
	maxCharts = 24
	// maxReadingRows are listed on the page of one device.
	maxReadingRows = 400
)

// chartedKinds are drawn, in this order.
var chartedKinds = []device.Kind{device.CPU, device.Memory, device.Swap, device.Storage, device.InBits, device.OutBits,
	device.Temperature, device.Load, device.BatteryRemaining, device.Custom}

type devicesView struct {
	Devices []deviceRow
	Reviews []reviewRow
}

type deviceRow struct {
	URL, Name, Address, Class string
	State                     stateView
	CPU, Memory, Fullest      string
	Crossings                 []string
}

type reviewRow struct {
	ID, Series, URL, Because, Owner, Decision string
	Opened, Due, Closed                       moment
	Open, Overdue                             bool
	History                                   []reviewEntry
}

type reviewEntry struct {
	At       moment
	By, What string
}

type deviceView struct {
	Row                     deviceRow
	Profile                 string
	Service, ServiceURL     string
	Interval                string
	CheckURL, CheckSentence string
	Notes                   []string
	Watched                 []watchedRow
	Ranges                  rangeView
	Charts                  []chartView
	Readings                []readingRow
	Traps                   []trapRow
	Reviews                 []reviewRow
	Forms                   []reviewForms // of the open ones
}

type watchedRow struct {
	Threshold, Series, Limit, Value, Word, Severity string
	Passed                                          bool
	Since                                           moment
}

type readingRow struct {
	Name, Value, Void string
	At                moment
}

type trapRow struct {
	At         moment
	Name, Text string
}

func (s *server) devices(v *visit) view {
	out := devicesView{Reviews: v.reviewRows("")}
	for i := range v.board.Devices {
		out.Devices = append(out.Devices, v.deviceRow(&v.board.Devices[i]))
	}
	return view{name: "devices", title: v.t("nav.devices"), active: "devices", body: out}
}

func (v *visit) deviceRow(d *status.Device) deviceRow {
	row := deviceRow{
		URL: v.link("/devices/" + string(d.ID)), Name: cmp.Or(d.Name, string(d.ID)), Address: d.Address, Class: v.class(d.Class),
		State: v.state(check.Unknown), CPU: "–", Memory: "–", Fullest: "–",
	}
	if c, _ := findCheck(v.board, check.ID(d.ID)); c != nil {
		row.State = v.stateOf(c)
	}
	fullest := -1.0
	for _, r := range d.Readings {
		value := v.reading(r.Value, r.Kind.Unit())
		switch {
		case !r.Known():
		case r.Kind == device.CPU && (row.CPU == "–" || r.Instance == ""):
			row.CPU = value
		case r.Kind == device.Memory && (row.Memory == "–" || r.Instance == ""):
			row.Memory = value
		case r.Kind == device.Storage && r.Value > fullest:
			fullest, row.Fullest = r.Value, value+" "+r.Instance
		}
	}
	for _, w := range d.Watched {
		if w.Raised || w.Unstable {
			row.Crossings = append(row.Crossings, v.seriesName(w.Series)+" "+device.Format(w.Value, w.Threshold.Kind.Unit()))
		}
	}
	return row
}

// seriesName names a series for people.
func (v *visit) seriesName(s device.Series) string {
	name := v.t("reading." + s.Kind.String())
	if s.Instance != "" {
		name += " " + s.Instance
	}
	return name
}

func (v *visit) reviewRows(of device.ID) []reviewRow {
	var rows []reviewRow
	for _, r := range v.board.Reviews {
		if of != "" && r.Series.Device != of {
			continue
		}
		row := reviewRow{
			ID: r.ID, Series: string(r.Series.Device) + ": " + v.seriesName(r.Series), URL: v.link("/devices/" + string(r.Series.Device)),
			Because: v.say(r.Because), Owner: r.Owner, Decision: r.Decision, Opened: v.at(r.Opened), Due: v.at(r.Due), Closed: v.at(r.Closed),
			Open: r.Open(), Overdue: r.Open() && !r.Due.IsZero() && v.board.At.After(r.Due),
		}
		for _, e := range r.History {
			row.History = append(row.History, reviewEntry{v.at(e.At), e.By, v.say(e.What)})
		}
		rows = append(rows, row)
	}
	return rows
}

// reading writes a value with its unit; yes and no are words.
func (v *visit) reading(value float64, unit device.Unit) string {
	text := device.Format(value, unit)
	if unit == device.Flag && (text == "yes" || text == "no") {
		return v.t("reading." + text)
	}
	return text
}

func findDevice(b *status.Board, id device.ID) *status.Device {
	for i := range b.Devices {
		if b.Devices[i].ID == id {
			return &b.Devices[i]
		}
	}
	return nil
}

func (s *server) device(v *visit) view {
	id := device.ID(v.r.PathValue("id"))
	d := findDevice(v.board, id)
	if d == nil {
		return v.missing("device", string(id))
	}
	out := deviceView{
		Row: v.deviceRow(d), Profile: cmp.Or(d.Device.Profile, d.Profile), Notes: d.Notes, Interval: v.length(d.Interval, roundNear),
		Watched: v.watchedRows(d), Readings: v.readingRows(d), Reviews: v.reviewRows(id), Forms: s.reviewForms(v, id),
	}
	if x := findService(v.board, d.Service); x != nil {
		out.Service, out.ServiceURL = nameOf(x.Name, x.ID), v.link("/services/"+string(x.ID))
	}
	if c, _ := findCheck(v.board, check.ID(id)); c != nil {
		out.CheckURL = v.link("/checks/" + string(id))
		if c.Last.Detail != nil {
			out.CheckSentence = c.Last.Detail.Sentence
		}
	}
	for _, t := range d.Traps {
		row := trapRow{At: v.at(t.At), Name: t.Name}
		for _, value := range t.Values {
			row.Text += value.Name + " " + value.Value + " "
		}
		out.Traps = append(out.Traps, row)
	}
	period, ranges := v.periodFrom(nil, s.isNewDevice(d, v.board.At))
	out.Ranges = ranges
	if s.Readings != nil {
		for _, series := range chartedSeries(s.Readings.SeriesOf(id)) {
			if c := s.readingChart(v, series, d.Interval, v.limitsOf(d, series), period); c.Picture != "" {
				out.Charts = append(out.Charts, c)
			}
		}
	}
	return view{name: "device", title: out.Row.Name, active: "devices", every: historyEvery, body: out}
}

// isNewDevice reports whether a device has been read for less than an hour: its charts
// would be slivers at the edge of a day.
func (s *server) isNewDevice(d *status.Device, now time.Time) bool {
	if s.Readings == nil || len(d.Readings) == 0 {
		return false
	}
	day := timeline.Period{From: now.Add(-hours24), To: now.Add(-time.Hour)}
	for _, series := range []device.Series{d.Readings[0].Series, d.Readings[len(d.Readings)-1].Series} {
		if before, err := s.Readings.ReadingHours(series, day); err != nil || len(before) > 0 {
			return false
		}
	}
	return true
}

// chartedSeries chooses what is drawn.
func chartedSeries(all []device.Series) []device.Series {
	all = slices.DeleteFunc(slices.Clone(all), func(s device.Series) bool { return !slices.Contains(chartedKinds, s.Kind) })
	slices.SortFunc(all, func(a, b device.Series) int {
		return cmp.Or(cmp.Compare(slices.Index(chartedKinds, a.Kind), slices.Index(chartedKinds, b.Kind)), cmp.Compare(a.Instance, b.Instance))
	})
	return all[:min(len(all), maxCharts)]
}

// limitLine is a line across a chart.
type limitLine struct {
	value float64
	text  string
}

// limitsOf are the lines in a chart: thresholds, and where capacity is reviewed.
func (v *visit) limitsOf(d *status.Device, series device.Series) []limitLine {
	var limits []limitLine
	add := func(value float64, text string) {
		if !slices.ContainsFunc(limits, func(l limitLine) bool { return l.value == value }) {
			limits = append(limits, limitLine{value, text})
		}
	}
	unit := series.Kind.Unit()
	for _, w := range d.Watched {
		if w.Series == series {
			add(w.Limit, v.t("devices.limit", device.Format(w.Limit, unit)))
		}
	}
	for _, c := range v.board.Capacity {
		if c.Kind == series.Kind && (c.Device == "" || c.Device == d.ID) {
			add(c.Limit, v.t("devices.capacity", device.Format(c.Limit, unit)))
		}
	}
	return limits
}

func (v *visit) watchedRows(d *status.Device) []watchedRow {
	rows := make([]watchedRow, 0, len(d.Watched))
	for _, w := range d.Watched[:min(len(d.Watched), maxReadingRows)] {
		unit, side := w.Threshold.Kind.Unit(), "> "
		if w.Below {
			side = "< "
		}
		row := watchedRow{
			Threshold: w.Threshold.ID, Series: v.seriesName(w.Series), Limit: side + device.Format(w.Limit, unit),
			Value: device.Format(w.Value, unit), Word: v.t("devices.within"), Severity: v.t("severity." + string(w.Severity)), Since: v.at(w.Since),
		}
		switch {
		case w.Unstable:
			row.Word, row.Passed = v.t("devices.unstable"), true
		case w.Raised:
			row.Word, row.Passed = v.t("devices.passed"), true
		case w.Pending:
			row.Word = v.t("devices.pending", v.length(w.Waiting, roundDown), v.length(w.RaiseAfter, roundNear))
		}
		rows = append(rows, row)
	}
	return rows
}

func (v *visit) readingRows(d *status.Device) []readingRow {
	rows := make([]readingRow, 0, len(d.Readings))
	for _, r := range d.Readings[:min(len(d.Readings), maxReadingRows)] {
		row := readingRow{Name: v.seriesName(r.Series), At: v.at(r.At)}
		if r.Known() {
			row.Value = v.reading(r.Value, r.Kind.Unit())
			if r.Kind == device.Uptime {
				row.Value = v.length(time.Duration(r.Value)*time.Second, roundDown)
			}
		} else {
			row.Void = v.t("void." + r.Void.String())
		}
		rows = append(rows, row)
	}
	return rows
}
