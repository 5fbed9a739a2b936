package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/slamon/slamon/sla"
)

// field is a scalar of a mirror type.
type field[T any] struct {
	v   T
	at  place // of the value; of nothing when it was not stated
	set bool  // stated in the file
	ok  bool  // stated, and of the right type
}

// or returns the value, or what counts when it is missing or wrong.
func (f field[T]) or(missing T) T {
	if f.ok {
		return f.v
	}
	return missing
}

func (f *field[T]) decode(r *reader, key string, _ place, n *node) {
	f.at, f.set = n.at, true
	f.ok = r.scalar(any(&f.v), key, n)
}

// scalar reads n into one of the types that a key can have. It complains and
// returns false if n is something else.
func (r *reader) scalar(into any, key string, n *node) bool {
	switch v := into.(type) {
	case *string:
		return r.text(v, key, n)
	case *bool:
		*v = n.text == "true"
		return r.want(n, aBool, key+" = true", "%s: want true or false", key)
	case *int64:
		return r.integer(v, key, n)
	case *time.Duration:
		return r.duration(v, key, n)
	case *bytes:
		return r.size(v, key, n)
	case *sla.Figure:
		return r.figure(v, key, n)
	case *sla.Promise:
		return r.promise(v, key, n)
	case *sla.Date:
		return r.date(v, key, n)
	case *border:
		return r.border(v, key, n)
	case *moment:
		return r.moment(v, key, n)
	}
	panic("config: a mirror type has a key of a type that scalar does not know")
}

// bytes is a number of bytes.
type bytes int64

// want complains unless n is of the kind.
func (r *reader) want(n *node, kind kind, remedy, format string, args ...any) bool {
	if n.kind == kind {
		return true
	}
	r.complain(n.at, remedy, format+", got %s", append(args, n.describe())...)
	return false
}

func (r *reader) text(v *string, key string, n *node) bool {
	if n.kind == aText {
		*v = n.text
		return true
	}
	remedy := key + ` = "…"`
	if n.text != "" {
		remedy = key + " = " + strconv.Quote(n.text)
	}
	return r.want(n, aText, remedy, "%s: want text in quotation marks", key)
}

func (r *reader) integer(v *int64, key string, n *node) bool {
	remedy := key + " = 1"
	if i, err := strconv.ParseFloat(n.text, 64); err == nil && i >= 0 && i < 1e9 {
		remedy = key + " = " + strconv.Itoa(int(i))
	}
	if !r.want(n, anInteger, remedy, "%s: want a whole number", key) {
		return false
	}
	i, err := strconv.ParseInt(n.text, 0, 64)
	if err != nil {
		r.complain(n.at, key+" = 1", "%s: %s does not fit into 64 bits", key, n.text)
		return false
	}
	*v = i
	return true
}

func (r *reader) duration(v *time.Duration, key string, n *node) bool {
	d, err := ParseDuration(n.text)
	if n.kind == aText && err == nil {
		*v = d
		return true
	}
	remedy := key + " = " + strconv.Quote(durationRemedy(n.text))
	if r.want(n, aText, remedy, "%s: want a length of time in quotation marks", key) {
		r.complain(n.at, remedy, "%s %s", key, err)
	}
	return false
}

func (r *reader) size(v *bytes, key string, n *node) bool {
	i, err := ParseSize(n.text)
	if n.kind == aText && err == nil {
		*v = bytes(i)
		return true
	}
	remedy := key + " = " + strconv.Quote(sizeRemedy(n.text))
	if r.want(n, aText, remedy, "%s: want a number of bytes in quotation marks", key) {
		r.complain(n.at, remedy, "%s %s", key, err)
	}
	return false
}

func (r *reader) figure(v *sla.Figure, key string, n *node) bool {
	f, err := sla.ParseFigure(n.text)
	if n.kind == aText && err == nil {
		*v = f
		return true
	}
	remedy := key + " = " + strconv.Quote(figureRemedy(n.text))
	if r.want(n, aText, remedy, "%s: want a percentage in quotation marks", key) {
		r.complain(n.at, remedy, "%s %s", key, err)
	}
	return false
}

// figureRemedy guesses what a wrong percentage was meant to be.
func figureRemedy(text string) string {
	t := strings.NewReplacer(",", ".", " ", "", "％", "%", "percent", "%").Replace(text)
	t = strings.TrimRight(t, "%") + "%"
	if f, err := sla.ParseFigure(t); err == nil {
		if f.Ratio() <= 1 && f.PPB > 0 && strings.HasPrefix(t, "0.") {
			return share(f)
		}
		return f.String()
	}
	if number, err := strconv.ParseFloat(strings.TrimRight(t, "%"), 64); err == nil && number > 100 {
		return "100%"
	}
	return "99.9%"
}

// share takes a figure that was written as a ratio (0.9995) and returns the
// percentage that was meant (99.95%).
func share(f sla.Figure) string {
	f.PPB, f.Digits = f.PPB*100, max(0, f.Digits-2)
	return f.String()
}

// border is where a fixed window begins or ends: mostly a day, which belongs to it
// whole, or else an instant, at which it begins or before which it ends.
type border struct {
	day    sla.Date
	moment moment
	timed  bool
}

func (r *reader) border(v *border, key string, n *node) bool {
	if n.kind == aMoment || n.kind == aDateAndTime {
		v.timed = true
		return r.moment(&v.moment, key, n)
	}
	return r.date(&v.day, key, n)
}

func (r *reader) date(v *sla.Date, key string, n *node) bool {
	var d toml.LocalDate
	remedy := key + " = " + dateRemedy(n.text)
	if !r.want(n, aDate, remedy, "%s: want a date without quotation marks", key) {
		return false
	}
	if err := d.UnmarshalText([]byte(n.text)); err != nil || d.Year < 1 {
		r.complain(n.at, remedy, "%s: there is no day %s", key, n.text)
		return false
	}
	*v = sla.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}
	return true
}

// dateRemedy guesses what a wrong date was meant to be.
func dateRemedy(text string) string {
	if len(text) >= 10 {
		text = text[:10]
	}
	var y, m, d int
	if n, _ := fmt.Sscanf(strings.ReplaceAll(text, "/", "-"), "%d-%d-%d", &y, &m, &d); n < 3 || y < 1 || y > 9999 {
		return "2026-10-01"
	}
	m = min(max(m, 1), 12)
	last := time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, min(max(d, 1), last))
}

// moment is an instant as it stands in the file: with its offset, or a local
// time, or a local date, both to be read in some zone.
type moment struct {
	instant time.Time // when it has an offset
	local   time.Time // otherwise: the clock's reading, as if in UTC
}

// in returns the instant.
func (m moment) in(zone *time.Location) time.Time {
	if !m.instant.IsZero() {
		return m.instant
	}
	y, mo, d := m.local.Date()
	return time.Date(y, mo, d, m.local.Hour(), m.local.Minute(), m.local.Second(), m.local.Nanosecond(), zone)
}

func (r *reader) moment(v *moment, key string, n *node) bool {
	remedy := key + " = 2020-10-01T01:00:00+09:00"
	text := strings.Replace(strings.ToUpper(n.text), " ", "T", 1)
	var err error
	switch n.kind {
	case aMoment:
		v.instant, err = time.Parse(time.RFC3339Nano, text)
	case aDateAndTime:
		v.local, err = time.Parse("2006-01-02T15:04:05.999999999", text)
	case aDate:
		v.local, err = time.Parse(time.DateOnly, text)
	default:
		if _, e := time.Parse(time.RFC3339, text); e == nil && n.kind == aText {
			remedy = key + " = " + text
		}
		r.complain(n.at, remedy, "%s: want a date and time without quotation marks, got %s", key, n.describe())
		return false
	}
	if err != nil {
		r.complain(n.at, remedy, "%s: there is no such time as %s", key, n.text)
		return false
	}
	return true
}

// describe says what n is, for complaints. It is not for secrets.
func (n *node) describe() string {
	switch n.kind {
	case aText:
		return "the text " + quote(n.text)
	case anInteger, aFloat:
		return "the number " + n.text
	case aBool:
		return n.text
	case aDate:
		return "the date " + n.text
	case aDateAndTime, aMoment:
		return "the date and time " + n.text
	case aTime:
		return "the time " + n.text
	case aList:
		return "a list"
	case aTableList:
		return "a list of tables"
	}
	return "a table"
}

// literal returns n as it would be typed.
func (n *node) literal() string {
	switch n.kind {
	case aText:
		return strconv.Quote(n.text)
	case aTable, anInline:
		return "{ … }"
	}
	return n.text
}
