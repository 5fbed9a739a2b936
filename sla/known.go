package sla

// Known returns the availability as it can be shown without inventing time: the best
// estimate over the time that was seen; as the lower bound what is left if all
// unknown time was down and the downtime at the upper end of its 95 % interval; as
// the upper bound what is left if all of it was up and the downtime at the lower end.
// Without unknown time these are Availability's. Nothing is known, and ok is false,
// when no time was seen.
func (v *Verdict) Known() (low, point, high float64, ok bool) {
	seen := v.Accounted - v.Unknown
	if seen <= 0 {
		return 0, 0, 0, false
	}
	if c := v.Count; c != nil {
		low = ratio(max(0, c.Denominator-v.Downtime.High95-c.Unknown), c.Denominator)
		point = max(low, v.Availability.Point)
		return low, point, max(point, v.Availability.High95), true
	}
	low = ratio(max(0, v.Accounted-v.Downtime.High95-v.Unknown), v.Accounted)
	point = ratio(max(0, seen-v.Downtime.Point), seen)
	high = ratio(v.Accounted-v.Downtime.Low95, v.Accounted)
	return low, min(max(point, low), high), high, true
}
