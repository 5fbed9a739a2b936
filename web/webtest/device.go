package webtest

import (
	"math"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// Gateway is the device of the made board.
const Gateway device.ID = "meeting-gateway"

// linkDown is what the gateway told.
var linkDown = status.Event{At: Now.Add(-time.Hour).UTC(), Kind: "trap_link_down", Text: string(Gateway) + ": linkDown, ifIndex 2"}

// devices adds a device that is over a threshold, and a review.
func devices(b *status.Board) {
	of := func(k device.Kind, instance string, value float64) device.Reading {
		return device.Reading{Series: device.Series{Device: Gateway, Kind: k, Instance: instance}, At: Now.Add(-40 * time.Second).UTC(), Value: value}
	}
	restarted := of(device.InErrors, "ge-0/0/0", 0)
	restarted.Void = device.VoidRestart
	busy := device.Threshold{ID: "busy", Kind: device.CPU, Severity: device.Warning, Limit: .9, Margin: .09, RaiseAfter: 5 * time.Minute}
	b.Devices = []status.Device{{
		Device: device.Device{ID: Gateway, Name: "Gateway <before> the rooms", Service: "meeting", Class: check.Network, Address: "192.0.2.1:161", Interval: time.Minute},
		Readings: []device.Reading{of(device.CPU, "", .93), of(device.Memory, "", .41), of(device.Storage, "/var", .72),
			of(device.InBits, "ge-0/0/0", 4.2e8), of(device.Uptime, "", 86400*41), restarted},
		Watched: []status.Watched{{Threshold: busy, Series: of(device.CPU, "", 0).Series,
			Watch: device.Watch{Raised: true, Since: Now.Add(-12 * time.Minute).UTC(), Last: Now.UTC(), Value: .93}}},
		Traps: []device.Trap{{At: Now.Add(-time.Hour).UTC(), From: "192.0.2.1:50000", Device: Gateway, Event: device.TrapLinkDown,
			OID: ".1.3.6.1.6.3.1.1.5.3", Name: "linkDown", Values: []device.TrapValue{{OID: ".1.3.6.1.2.1.2.2.1.1.2", Name: "ifIndex.2", Value: "2"}}}},
	}}
	b.Capacity = []device.CapacityRule{device.DefaultCapacity}
	b.Reviews = []device.Review{{
		ID: "cpu-meeting-gateway-20260915", Rule: "cpu", Series: of(device.CPU, "", 0).Series, Cause: device.BusyDays,
		Because: "the daily 95th percentile was above 50 % on 5 of the last 7 days", Opened: at(time.September, 15, 0, 15),
		Owner: "net-team", Due: at(time.September, 18, 0, 0),
		History: []device.Entry{{At: at(time.September, 15, 9, 0), By: "sato", What: "assigned to net-team, due 2026-09-18"}},
	}}
}

// SeriesOf returns the made series of the gateway.
func (m *Made) SeriesOf(id device.ID) []device.Series {
	if id != Gateway {
		return nil
	}
	return []device.Series{{Device: id, Kind: device.CPU}, {Device: id, Kind: device.InBits, Instance: "ge-0/0/0"}, {Device: id, Kind: device.LinkUp, Instance: "ge-0/0/0"}}
}

// value follows the hours of work.
func value(s device.Series, t time.Time) float64 {
	hour := float64(t.In(Tokyo).Hour()) + float64(t.Minute())/60
	share := .12 + .5*math.Exp(-(hour-14)*(hour-14)/18)
	if s.Kind == device.CPU {
		return share
	}
	return share * 8e8
}

// Readings makes one every minute; an hour of each night is missing.
func (m *Made) Readings(s device.Series, p timeline.Period) ([]device.Reading, error) {
	var out []device.Reading
	for t := p.From.Truncate(time.Minute).Add(time.Minute); t.Before(p.To) && t.Before(Now); t = t.Add(time.Minute) {
		if t.In(Tokyo).Hour() != 3 {
			out = append(out, device.Reading{Series: s, At: t.UTC(), Value: value(s, t)})
		}
	}
	return out, nil
}

// ReadingHours sums up hours.
func (m *Made) ReadingHours(s device.Series, p timeline.Period) ([]web.ReadingSum, error) {
	return sums(s, p, time.Hour), nil
}

// ReadingDays sums up days.
func (m *Made) ReadingDays(s device.Series, p timeline.Period) ([]web.ReadingSum, error) {
	return sums(s, p, 24*time.Hour), nil
}

func sums(s device.Series, p timeline.Period, length time.Duration) []web.ReadingSum {
	var out []web.ReadingSum
	for t := p.From.UTC().Truncate(length); t.Before(p.To) && t.Before(Now); t = t.Add(length) {
		sum := web.ReadingSum{Start: t, Length: length, Known: 60, Min: value(s, t), Max: value(s, t.Add(length/2))}
		sum.Mean = (sum.Min + sum.Max) / 2
		sum.P95 = max(sum.Mean, sum.Max*.98)
		out = append(out, sum)
	}
	return out
}
