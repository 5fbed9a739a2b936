package config

import (
	"slices"

	"github.com/slamon/slamon/sla"
)

// WithCalendar returns the configuration with other holidays, for a file of them that
// has changed. Claims count service hours and business days by the new ones; all else
// is shared.
func (c *Config) WithCalendar(days sla.Calendar) *Config {
	out := *c
	out.Calendar = days
	out.Claims = slices.Clone(c.Claims)
	for i := range out.Claims {
		claim := &out.Claims[i]
		if claim.Work.BusinessDays > 0 {
			claim.Work.Holidays = days
		}
		if claim.Hours != nil {
			hours := *claim.Hours
			hours.Holidays = days
			claim.Hours = &hours
		}
	}
	return &out
}
