package device

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Format writes a value with its unit, for people.
func Format(v float64, u Unit) string {
	switch u {
	case Ratio:
		return trim(v*100, 1) + " %"
	case BitsPerSecond:
		return scaled(v, 1000, "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")
	case Bytes:
		return scaled(v, 1024, "B", "KiB", "MiB", "GiB", "TiB", "PiB")
	case PerSecond:
		return trim(v, 2) + "/s"
	case Seconds:
		if math.Abs(v) < math.MaxInt64/1e9 {
			return (time.Duration(v) * time.Second).String()
		}
	case Celsius:
		return trim(v, 1) + " °C"
	case Flag:
		if v == 0 || v == 1 {
			return map[float64]string{0: "no", 1: "yes"}[v]
		}
	}
	return trim(v, 3)
}

func scaled(v, base float64, units ...string) string {
	i := 0
	for math.Abs(v) >= base && i < len(units)-1 {
		v, i = v/base, i+1
	}
	return fmt.Sprintf("%s %s", trim(v, 2), units[i])
}

// trim writes v with at most so many decimals.
func trim(v float64, decimals int) string {
	scale := math.Pow(10, float64(decimals))
	if rounded := math.Round(v*scale) / scale; !math.IsInf(rounded, 0) {
		v = rounded
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
