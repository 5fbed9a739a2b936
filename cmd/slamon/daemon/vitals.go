package daemon

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"
)

const (
	// signalTimeout bounds one signal to whoever watches slamon.
	signalTimeout = 20 * time.Second
	// signalAnswer bounds what is read of its answer.
	signalAnswer = 4 << 10
	// stale is how old the newest board may be for slamon to count as alive. A board is
	// made every five seconds, and never takes more than a fiftieth of the time.
	stale = 3 * time.Minute
)

// alive reports whether slamon does its work and not only exists.
func (d *Daemon) alive(now time.Time) bool {
	b := d.boards.current.Load()
	return b != nil && now.Sub(b.At) < stale && b.Own.StoreError == ""
}

// runSignal asks an address outside again and again, as long as slamon does its work.
// Who is behind it raises the alarm when that stays away.
func (d *Daemon) runSignal(ctx context.Context) error {
	failing := false
	for {
		s := d.config.Load().Notify.Signal
		pause := time.Minute
		if !s.URL.Empty() && d.alive(time.Now()) {
			pause = s.Every
			err := signalOnce(ctx, s.URL.Reveal())
			if err != nil && !failing && ctx.Err() == nil {
				d.log.Warn("whoever watches slamon cannot be reached", "error", err)
			}
			failing = err != nil
		}
		if !wait(ctx, pause, nil) {
			return nil
		}
	}
}

// signalOnce asks the address. Its error does not show it, since it is a secret.
func signalOnce(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, signalTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errSignal("the address cannot be used")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if wrapped, ok := err.(*url.Error); ok {
			err = wrapped.Err
		}
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, signalAnswer))
	if answer.StatusCode/100 != 2 {
		return errSignal("it answers " + answer.Status)
	}
	return nil
}

type errSignal string

func (e errSignal) Error() string { return string(e) }

// runSystemd tells systemd that slamon is ready, that it works, and that it stops
// (sd_notify). Outside of systemd it does nothing.
func (d *Daemon) runSystemd(ctx context.Context) error {
	_, _ = sd.SdNotify(false, sd.SdNotifyReady) // nobody listens: nothing to do
	defer func() { _, _ = sd.SdNotify(false, sd.SdNotifyStopping) }()
	every, err := sd.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		<-ctx.Done()
		return nil
	}
	for wait(ctx, every/3, nil) {
		if d.alive(time.Now()) {
			_, _ = sd.SdNotify(false, sd.SdNotifyWatchdog)
		}
	}
	return nil
}
