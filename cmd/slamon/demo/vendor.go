package demo

import (
	"context"
	"time"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// meetingFaults are what the simulated meeting service suffers, one of each kind, in
// the first 36 seconds and then again every roundLength.
var meetingFaults = []simulate.Fault{
	{Kind: simulate.Refuse, After: 5 * time.Second, For: 4 * time.Second},
	{Kind: simulate.Error, After: 13 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Slow, After: 19 * time.Second, For: 2500 * time.Millisecond},
	{Kind: simulate.Hang, After: 24 * time.Second, For: 4 * time.Second},
	{Kind: simulate.Wrong, After: 31 * time.Second, For: 3 * time.Second},
}

// roomFaults break the steps of a user's errand one by one: the login works and
// joining fails; posting is answered with status 200, and wrongly; joining is slow
// but right.
var roomFaults = []simulate.Fault{
	{Kind: simulate.Error, Path: simulate.JoinPath, After: 10 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Wrong, Path: simulate.PostPath, After: 18 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Slow, Path: simulate.JoinPath, After: 27 * time.Second, For: 2500 * time.Millisecond},
}

const (
	// roundLength is when a schedule without end repeats. It is no whole number of probe
	// intervals: outages in step with the probes have one error, always the same.
	roundLength = 60_618 * time.Millisecond
	tail        = 3 * time.Second // left free before the end, so that the last recovery is seen
)

// trouble lets an application suffer its faults, again and again when the demo has
// no end.
func (d *showing) trouble(ctx context.Context, app *simulate.App, all []simulate.Fault) error {
	for round := 0; ; round++ {
		var faults []simulate.Fault
		for _, f := range all {
			f.After += time.Duration(round) * roundLength
			if d.length == 0 || f.After+f.For+tail <= d.length {
				faults = append(faults, f)
			}
		}
		if len(faults) == 0 {
			<-ctx.Done()
			return nil
		}
		if err := app.Run(ctx, d.start, faults); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

func (d *showing) openVendor() (err error) {
	if d.meeting, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.seminar, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.rooms, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.full, err = simulate.NewMailbox("127.0.0.1"); err != nil {
		return err
	}
	d.full.Refuse()
	if d.gateway, err = simulate.NewGateway("127.0.0.1"); err != nil {
		return err
	}
	d.mailbox, err = simulate.NewMailbox("127.0.0.1")
	return err
}

func (d *showing) closeVendor() {
	d.meeting.Close()
	d.seminar.Close()
	d.rooms.Close()
	d.mailbox.Close()
	d.full.Close()
	d.gateway.Close()
}
