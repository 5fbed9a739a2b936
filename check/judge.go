package check

import "fmt"

// Judge applies the check's limit on slowness: an Up outcome that took longer
// than DegradedAfter becomes Degraded.
func (c Check) Judge(o Outcome) Outcome {
	if o.State != Up || c.DegradedAfter <= 0 || o.Took <= c.DegradedAfter {
		return o
	}
	o.State, o.Reason = Degraded, ReasonSlow
	if o.Detail == nil {
		o.Detail = &Evidence{
			Sentence: fmt.Sprintf("answered after %s, slower than the limit of %s", o.Took.Round(100_000), c.DegradedAfter),
			Want:     "within " + c.DegradedAfter.String(),
			Got:      o.Took.String(),
		}
	}
	return o
}
