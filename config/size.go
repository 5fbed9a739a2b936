package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// sizeUnits are the units of a number of bytes. "KB" is missing on purpose:
// some mean 1000 by it and some 1024.
var sizeUnits = [...]struct {
	name string
	size int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12},
	{"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"kB", 1e3},
	{"B", 1},
}

// ParseSize reads a number of bytes: a whole number with its unit, for example
// "2GiB", "500MB" or "0B".
func ParseSize(text string) (int64, error) {
	t := strings.TrimSpace(text)
	digits := leadingDigits(t)
	number, err := strconv.ParseInt(t[:digits], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: want a whole number with its unit, such as \"2GiB\" or \"500MB\"", quote(text))
	}
	unit := strings.TrimSpace(t[digits:])
	for _, u := range sizeUnits {
		if unit != u.name {
			continue
		}
		if number > math.MaxInt64/u.size {
			return 0, fmt.Errorf("%s: more than 8 EiB", quote(text))
		}
		return number * u.size, nil
	}
	return 0, fmt.Errorf("%s: want one of the units B, kB, KiB, MB, MiB, GB, GiB, TB, TiB after the number", quote(text))
}

// FormatSize prints a number of bytes so that ParseSize reads it back, in the
// unit that gives the smallest whole number.
func FormatSize(n int64) string {
	if n == 0 {
		return "0B"
	}
	best := fmt.Sprintf("%dB", n)
	for _, u := range sizeUnits {
		if n%u.size == 0 {
			if s := fmt.Sprintf("%d%s", n/u.size, u.name); len(s) < len(best) {
				best = s
			}
		}
	}
	return best
}

// sizeRemedy guesses what a wrong number of bytes was meant to be.
func sizeRemedy(text string) string {
	t := strings.TrimSpace(text)
	digits := leadingDigits(t)
	if digits == 0 || digits > 15 {
		return "2GiB"
	}
	unit := strings.ToUpper(strings.TrimSpace(t[digits:]))
	if unit == "" {
		return t[:digits] + "B"
	}
	for _, u := range sizeUnits {
		if strings.HasPrefix(u.name, "K") && unit == "KB" || strings.EqualFold(u.name, unit) || strings.EqualFold(u.name[:1]+"B", unit+"B") {
			if _, err := ParseSize(t[:digits] + u.name); err == nil {
				return t[:digits] + u.name
			}
		}
	}
	return "2GiB"
}
