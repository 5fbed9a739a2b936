package web

import (
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// formatter writes figures and instants for one reader.
type formatter struct {
	*language
	zone *time.Location
}

func (s *server) formatter(r *http.Request, b *status.Board) *formatter {
	return &formatter{languageOf(r), zoneOf(b)}
}

// moment is an instant on a page: for machines, for people, and its offset.
type moment struct{ ISO, Text, Offset string }

// at formats t in the site's zone; the zero time gives an empty moment.
func (f *formatter) at(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.In(f.zone)
	return moment{t.Format(time.RFC3339Nano), t.Format("2006-01-02 15:04:05"), t.Format("-07:00")}
}

// exact is at with milliseconds, for single probes.
func (f *formatter) exact(t time.Time) moment {
	m := f.at(t)
	if m.ISO != "" {
		m.Text = t.In(f.zone).Format("2006-01-02 15:04:05.000")
	}
	return m
}

// percent writes 1 − down ÷ whole with the given decimals, floored: the
// arithmetic is exact, so that 99.9909 never becomes 99.991. Without a whole
// there is no figure.
func percent(down, whole time.Duration, decimals int) string {
	if whole <= 0 {
		return ""
	}
	up := max(whole-down, 0)
	return ratio(big.NewInt(int64(up)), big.NewInt(int64(whole)), decimals)
}

// ratio writes a ÷ b as a percentage, floored.
func ratio(a, b *big.Int, decimals int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals+2)), nil)
	n := new(big.Int).Mul(a, scale)
	n.Quo(n, b)
	digits := n.String()
	for len(digits) <= decimals {
		digits = "0" + digits
	}
	if decimals == 0 {
		return digits + " %"
	}
	cut := len(digits) - decimals
	return digits[:cut] + "." + digits[cut:] + " %"
}

// digitsOf returns the decimals that figures beside a claim show: one more than
// the claim itself, and never so few that a minute of a month is lost.
func digitsOf(c sla.Claim) int { return max(c.Availability.Digits+1, 3) }

// rounding says which way a length is rounded.
type rounding int

const (
	roundDown rounding = iota
	roundNear
	roundUp
)

// length writes d in the two largest units that matter; below a minute with
// a decimal. Lower bounds are rounded down and upper bounds up, so that what is
// shown still holds.
func (f *formatter) length(d time.Duration, r rounding) string {
	if d < 0 {
		// A bound below zero moves the other way.
		return "−" + f.length(-d, roundUp-r)
	}
	unit := time.Second
	switch {
	case d < 100*time.Millisecond:
		unit = time.Millisecond
	case d < 10*time.Second:
		unit = 100 * time.Millisecond
	case d >= 10*24*time.Hour:
		unit = time.Hour
	case d >= 24*time.Hour:
		unit = time.Minute
	}
	d = roundTo(d, unit, r)
	if d < 10*time.Second {
		return f.t("unit.s", strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
	}
	var parts []string
	for _, u := range []struct {
		key string
		d   time.Duration
	}{{"unit.d", 24 * time.Hour}, {"unit.h", time.Hour}, {"unit.min", time.Minute}, {"unit.s", time.Second}} {
		if n := d / u.d; n > 0 && len(parts) < 3 {
			parts = append(parts, f.t(u.key, fmt.Sprint(int64(n))))
			d -= n * u.d
		}
	}
	if len(parts) == 0 {
		return f.t("unit.s", "0")
	}
	return strings.Join(parts, f.t("unit.join"))
}

func roundTo(d, unit time.Duration, r rounding) time.Duration {
	switch r {
	case roundDown:
		return d.Truncate(unit)
	case roundUp:
		return (d + unit - 1).Truncate(unit)
	}
	return d.Round(unit)
}

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }

// took writes a response time.
func (f *formatter) took(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// bytes writes a size in units of 1024.
func bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// incidentSentence says how long and how sure.
func (f *formatter) incidentSentence(i *status.Incident) string {
	key := "incident.was"
	if i.Ongoing {
		key = "incident.is"
	}
	if i.Low == i.High {
		return f.t(key+".exact", f.length(i.Point, roundNear))
	}
	return f.t(key, f.length(i.Point, roundNear), f.length(i.Low, roundDown), f.length(i.High, roundUp))
}
