package probe

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/check"
)

// TestSensorOfIMAP waits for news of Debian's dovecot, logged in and not, and is told when
// it ends.
func TestSensorOfIMAP(t *testing.T) {
	p := newPostOffice(t)
	server := p.box.IMAP
	server.Protocol = "imap"
	eventually(t, server)
	greeted := server
	greeted.User = ""
	starttls := server
	starttls.Address, starttls.Security = p.plain(t), "starttls"
	broke := make(chan SensorBreak, 9)
	asked := make(chan check.ID, 9)
	s := NewSensors(SensorOptions{Trigger: func(id check.ID) bool { asked <- id; return true }, Broke: func(b SensorBreak) { broke <- b }})
	all := map[check.ID]check.Mail{"waits": server, "greeted": greeted, "starttls": starttls}
	var checks []check.Check
	for id, m := range all {
		checks = append(checks, check.Check{ID: id, Sensor: true, Interval: patience, Timeout: patience, Params: m})
	}
	if err := s.Set(checks); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for id := range all {
		s.Saw(id, check.Up)
	}
	for end := time.Now().Add(patience); s.Stats().Connected < len(all) && time.Now().Before(end); <-time.After(20 * time.Millisecond) {
	}
	if n := s.Stats().Connected; n != len(all) {
		t.Fatalf("%d connections, want %d", n, len(all))
	}
	for id, waits := range map[check.ID]bool{"waits": true, "starttls": true, "greeted": false} {
		probe, err := newMail(all[id])
		if err != nil {
			t.Fatal(err)
		}
		held, err := probe.keep(ctx)
		if err != nil || held.(idleHeld).waits != waits {
			t.Fatalf("%s: %+v, %v", id, held, err)
		}
		held.Close()
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "run", "master.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 2 { // dovecot leaves those that have not logged in alone for half a minute
		var b SensorBreak
		select {
		case b = <-broke:
		case <-time.After(4 * patience): // it takes 10 s
			t.Fatal("dovecot has ended, and no sensor broke")
		}
		if !b.Probed || <-asked == "" {
			t.Errorf("%+v", b)
		}
		t.Logf("%s: %s", b.Check, b.Why)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestIdleIsRenewed says that it still waits before a server would take it for gone, and
// does not once it has only been greeted.
func TestIdleIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		start := time.Now()
		go func() {
			lines := bufio.NewScanner(theirs)
			for _, want := range []string{"DONE", "r1 IDLE", "DONE", "r2 IDLE"} {
				if !lines.Scan() || lines.Text() != want {
					t.Errorf("got %q, want %q", lines.Text(), want)
				}
				if strings.HasSuffix(want, "IDLE") {
					io.WriteString(theirs, "+ idling\r\n")
				}
			}
			theirs.Close()
		}()
		err := idleHeld{ours, true}.Wait(t.Context())
		if took := time.Since(start); err == nil || errors.Is(err, errTalks) || took != 2*idleRenewed {
			t.Errorf("ended after %s by %v, want %s, as the server closed", took, err, 2*idleRenewed)
		}
	})
}

// TestIdleEndsAtOnce ends what waits although it is told so while it sets a deadline.
func TestIdleEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		go io.Copy(io.Discard, theirs)
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		err := idleHeld{endedMeanwhile{ours, cancel}, true}.Wait(ctx)
		if took := time.Since(start); !errors.Is(err, context.Canceled) || took > 0 {
			t.Errorf("ended after %s by %v, want at once, as it was told to", took, err)
		}
		ours.Close()
	})
}

// endedMeanwhile is a connection whose holder is told to end while he sets a deadline.
type endedMeanwhile struct {
	net.Conn
	end func()
}

func (c endedMeanwhile) SetReadDeadline(at time.Time) error {
	c.end()
	synctest.Wait() // the interrupt has set its own
	return c.Conn.SetReadDeadline(at)
}
