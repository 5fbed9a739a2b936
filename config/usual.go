package config

import (
	"strconv"
	"time"

	"github.com/slamon/slamon/sla"
)

// The limits of what is learned of usual response times.
const (
	defaultUsualWeeks = 4
	maxUsualWeeks     = 12 // raw results are kept at least that long
	defaultUsualAfter = 15 * time.Minute
	minUsualAfter     = 5 * time.Minute
	maxUsualAfter     = 24 * time.Hour
	maxUsualMargin    = 1_000_000_000
)

var defaultUsualMargin = sla.Figure{PPB: 250_000_000}

func (r *reader) usual(c *Config, f *usualFile) {
	c.Usual = sla.UsualRule{
		Weeks:  int(r.within(f.Weeks, "weeks", sla.MinUsualWeeks, maxUsualWeeks, defaultUsualWeeks)),
		Margin: f.Margin.or(defaultUsualMargin).Ratio(),
	}
	if f.After.v != 0 || !f.After.ok { // 0 is no warning
		c.Usual.After = r.between(f.After, "after", minUsualAfter, maxUsualAfter, defaultUsualAfter)
	}
	c.usualMargin = f.Margin.or(defaultUsualMargin)
}

// usualFile is the table of what is learned of response times.
type usualFile struct {
	table
	Weeks  field[int64]         `toml:"weeks"`
	After  field[time.Duration] `toml:"after"`
	Margin field[sla.Figure]    `toml:"margin"`
}

func (d *dumper) usual(c *Config) {
	d.section("[usual_response]")
	d.raw("weeks", strconv.Itoa(c.Usual.Weeks))
	d.time("after", c.Usual.After)
	d.text("margin", c.usualMargin.String())
}
