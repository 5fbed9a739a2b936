package daemon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp"
	"github.com/slamon/slamon/status"
)

const (
	// trapQueue is how many traps wait to be kept; what comes beyond is counted only.
	trapQueue = 1000
	// trapPause is the least time between two events of the same trap of a device:
	// a link that flaps is one line a minute.
	trapPause = time.Minute
	// trapNames bounds the memory of trapPause.
	trapNames = 10_000
	// trapRetry is the pause after a port that could not be opened.
	trapRetry = 30 * time.Second
	engineKey = "snmp_engine"
)

// engine is what RFC 3411 wants to be kept over restarts.
type engine struct {
	ID    string `json:"id"` // hexadecimal
	Boots uint32 `json:"boots"`
}

// runTraps receives traps as the configuration in force says, until ctx is done.
func (d *Daemon) runTraps(ctx context.Context) error {
	for ctx.Err() == nil {
		want := d.config.Load().SNMP.Traps
		changed, stop := context.WithCancel(ctx)
		go d.awaitTraps(changed, stop, want)
		if want.ListenAddress == "" {
			<-changed.Done()
		} else if err := d.receiveTraps(changed, want); err != nil {
			d.log.Error("traps cannot be received", "address", want.ListenAddress, "error", err)
			wait(changed, trapRetry, nil)
		}
		stop()
	}
	return nil
}

// awaitTraps calls stop when the configuration wants other traps.
func (d *Daemon) awaitTraps(ctx context.Context, stop context.CancelFunc, have config.Traps) {
	for reflect.DeepEqual(d.config.Load().SNMP.Traps, have) {
		if !wait(ctx, time.Second, nil) {
			return
		}
	}
	stop()
}

func (d *Daemon) receiveTraps(ctx context.Context, want config.Traps) error {
	own, err := d.trapEngine()
	if err != nil {
		return err
	}
	id, err := hex.DecodeString(own.ID)
	if err != nil {
		return fmt.Errorf("the engine id of the last run: %w", err)
	}
	queue := make(chan device.Trap, trapQueue)
	book := newAddressBook(d.log)
	book.file(d.config.Load().SNMP.Devices) // before the first trap comes
	traps, err := snmp.ListenTraps(snmp.TrapOptions{
		Address: want.ListenAddress, Accept: want.Accept, PerSecond: float64(want.PerSecond),
		EngineID: string(id), Boots: own.Boots, Device: book.find,
		Deliver: func(t device.Trap) {
			select {
			case queue <- t:
			default: // a flood from many addresses; the counters of the receiver tell
			}
		},
	})
	if err != nil {
		return err
	}
	d.log.Info("listening for traps", "address", traps.Addr().String())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	beside.Go(func() { d.keepTraps(ctx, queue) })
	beside.Go(func() { d.keepAddresses(ctx, book) })
	err = traps.Run(ctx)
	stop()
	beside.Wait()
	return err
}

// trapEngine returns this engine's identity, with Boots one more than ever before.
func (d *Daemon) trapEngine() (engine, error) {
	var own engine
	kept, err := d.store.Get(engineKey)
	if err != nil {
		return own, err
	}
	if len(kept) > 0 {
		if err := json.Unmarshal(kept, &own); err != nil {
			return own, fmt.Errorf("the SNMP engine of the last run: %w", err)
		}
	}
	if own.ID == "" {
		seed, err := d.seed()
		if err != nil {
			return own, err
		}
		// RFC 3411 section 5: the first bit set, no enterprise, format 5, octets.
		own.ID = fmt.Sprintf("8000000005%016x", seed)
	}
	own.Boots++
	text, err := json.Marshal(own)
	if err != nil {
		return own, err
	}
	return own, d.store.Put(engineKey, text)
}

// keepTraps turns traps into events. A trap is a hint to look: the device is polled at
// once when it says that something has changed.
func (d *Daemon) keepTraps(ctx context.Context, queue <-chan device.Trap) {
	last := map[string]time.Time{}
	for {
		var t device.Trap
		select {
		case <-ctx.Done():
			return
		case t = <-queue:
		}
		d.devices.NoteTrap(t)
		name := t.OID + trapText(t)
		if t.At.Sub(last[name]) < trapPause {
			continue
		}
		if len(last) >= trapNames {
			clear(last)
		}
		last[name] = t.At
		d.event(status.Event{At: t.At, Kind: "trap_" + string(t.Event), Text: trapText(t)})
		if t.Device != "" && t.Event != device.TrapOther {
			d.sched.Trigger(check.ID(t.Device))
		}
		nudge(d.wake)
	}
}

// trapText says a trap in a line.
func trapText(t device.Trap) string {
	var b strings.Builder
	if t.Device != "" {
		b.WriteString(string(t.Device))
	} else {
		host, _, _ := net.SplitHostPort(t.From)
		b.WriteString(host)
	}
	b.WriteString(": " + t.Name)
	for _, v := range t.Values {
		if v.Name != "sysUpTime.0" && v.Name != "sysUpTime" {
			fmt.Fprintf(&b, ", %s %s", v.Name, v.Value)
		}
	}
	return b.String()
}
