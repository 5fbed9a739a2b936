package config

import (
	"strconv"
	"strings"

	"github.com/slamon/slamon/device"
)

// amount is a value in the unit of some kind of reading, which is only known once
// the rest of its table is: a number, or text with a unit ("90%", "800M", "15m").
type amount struct {
	at  place
	set bool
	ok  bool
	n   *node
}

func (a *amount) decode(r *reader, key string, _ place, n *node) {
	a.at, a.set, a.n = n.at, true, n
	switch n.kind {
	case aText, anInteger, aFloat:
		a.ok = true
	default:
		r.complain(n.at, key+` = "90%"`, "%s: want a number, or text with a unit, got %s", key, n.describe())
	}
}

// amountExample is what is suggested for a unit.
func amountExample(u device.Unit) string {
	switch u {
	case device.Ratio:
		return `"90%"`
	case device.BitsPerSecond:
		return `"800M"`
	case device.Bytes:
		return `"8GiB"`
	case device.Seconds:
		return `"15m"`
	case device.Flag:
		return "0.5"
	}
	return "10"
}

// amount reads a value in the unit.
func (r *reader) amount(a amount, key string, u device.Unit) (float64, bool) {
	if !a.ok {
		return 0, false
	}
	v, ok := parseAmount(a.n, u)
	if !ok {
		r.complain(a.at, key+" = "+amountExample(u), "%s %s: want a value in the unit %s", key, quote(a.n.text), u)
		return 0, false
	}
	if u == device.Ratio && (v < 0 || v > 1) {
		r.complain(a.at, key+" = "+amountExample(u), "%s %s: want a share between 0%% and 100%%", key, quote(a.n.text))
		return 0, false
	}
	return v, true
}

// decimal are the steps of units of 1000.
var decimal = map[string]float64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}

func parseAmount(n *node, u device.Unit) (float64, bool) {
	if n.kind != aText {
		return finite(strings.ReplaceAll(n.text, "_", ""))
	}
	text := strings.TrimSpace(n.text)
	switch u {
	case device.Ratio:
		number, isShare := strings.CutSuffix(text, "%")
		v, ok := finite(strings.TrimSpace(number))
		return v / 100, ok && isShare
	case device.Seconds:
		d, err := ParseDuration(text)
		return d.Seconds(), err == nil
	case device.Bytes:
		size, err := ParseSize(text)
		return float64(size), err == nil
	case device.BitsPerSecond, device.PerSecond, device.Number:
		text = strings.TrimSuffix(strings.TrimSuffix(text, "bit/s"), "/s")
		number := strings.TrimRight(text, "kMGT ")
		step, known := decimal[strings.TrimSpace(text[len(number):])]
		v, ok := finite(number)
		return v * step, ok && known
	}
	return finite(text)
}

// finite reads a number that is neither infinite nor none.
func finite(text string) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v-v == 0
}
