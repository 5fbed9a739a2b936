package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// units of a length of time, longest first. Days and weeks are 24 and 168
// hours; calendar days only occur in windows, which are dates.
var units = [...]struct {
	name string
	size time.Duration
}{
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
	{"ms", time.Millisecond},
	{"us", time.Microsecond},
	{"ns", time.Nanosecond},
}

// longest is the longest length of time that the file can state; it is far
// above every limit and far below what overflows.
const longest = 100 * 366 * 24 * time.Hour

// ParseDuration reads a length of time: whole numbers with units, longest unit
// first, each unit once, for example "10s", "1h30m", "400d" or "2w".
func ParseDuration(text string) (time.Duration, error) {
	rest, from := strings.TrimSpace(text), 0
	if rest == "" {
		return 0, fmt.Errorf("%s: want a length of time such as \"10s\", \"5m\" or \"14d\"", quote(text))
	}
	var sum time.Duration
	for rest != "" {
		digits := leadingDigits(rest)
		number, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: want whole numbers with units, such as \"10s\" or \"1h30m\"", quote(text))
		}
		rest = rest[digits:]
		if strings.HasPrefix(rest, ".") {
			return 0, fmt.Errorf("%s: want whole numbers with units, such as \"1m30s\"", quote(text))
		}
		i := unitAt(rest, from)
		if i < 0 {
			return 0, fmt.Errorf("%s: want each number followed by one of w, d, h, m, s, ms, the longest first", quote(text))
		}
		if number > int64((longest-sum)/units[i].size) {
			return 0, fmt.Errorf("%s: longer than a hundred years", quote(text))
		}
		sum += time.Duration(number) * units[i].size
		rest, from = rest[len(units[i].name):], i+1
	}
	return sum, nil
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// unitAt returns the unit, at or after from, that s starts with, up to the next
// digit; -1 if there is none.
func unitAt(s string, from int) int {
	end := strings.IndexAny(s, "0123456789")
	if end < 0 {
		end = len(s)
	}
	for i := from; i < len(units); i++ {
		if s[:end] == units[i].name {
			return i
		}
	}
	return -1
}

// FormatDuration prints a length of time so that ParseDuration reads it back.
// It does not use weeks: notice times are spoken of in days.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	var b strings.Builder
	b.WriteString(sign)
	for _, u := range units[1:] {
		if n := d / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.size
		}
	}
	return b.String()
}

// durationRemedy guesses what a wrong length of time was meant to be.
func durationRemedy(text string) string {
	if d, err := time.ParseDuration(strings.ReplaceAll(text, " ", "")); err == nil && d != 0 && d.Abs() <= longest {
		return FormatDuration(d.Abs())
	}
	text = strings.TrimLeft(text, "-+")
	words := strings.NewReplacer(" ", "", "seconds", "s", "second", "s", "secs", "s", "sec", "s", "minutes", "m", "minute", "m",
		"mins", "m", "min", "m", "hours", "h", "hour", "h", "days", "d", "day", "d", "weeks", "w", "week", "w").Replace(strings.ToLower(text))
	if d, err := ParseDuration(words); err == nil {
		return FormatDuration(d)
	}
	if _, err := strconv.ParseUint(text, 10, 31); err == nil {
		return text + "s"
	}
	return "10s"
}
