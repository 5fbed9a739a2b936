package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// told are connections that end as a story says: after how long, and how.
type told struct {
	mu     sync.Mutex
	story  []ending
	opened []time.Duration // when, since the start
	start  time.Time
}

type ending struct {
	after time.Duration
	how   error
}

func (s *told) open(context.Context) (kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, time.Since(s.start))
	if len(s.story) == 0 {
		return &toldConn{ending{after: time.Hour * 1000}}, nil
	}
	next := s.story[0]
	s.story = s.story[1:]
	if next.after == 0 {
		return nil, next.how
	}
	return &toldConn{next}, nil
}

type toldConn struct{ ending }

func (c *toldConn) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(c.after):
		return c.how
	}
}

func (c *toldConn) Close() error { return nil }

// lives runs one sensor through a story, with a good probe every interval, and returns
// when it asked for probes and when it opened connections.
func lives(t *testing.T, interval, length time.Duration, story ...ending) (asked, opened []time.Duration, stats SensorStats) {
	synctest.Test(t, func(t *testing.T) {
		script := &told{story: story, start: time.Now()}
		s := NewSensors(SensorOptions{Trigger: func(check.ID) bool {
			asked = append(asked, time.Since(script.start))
			return true
		}})
		if err := s.Set([]check.Check{{ID: "web", Sensor: true, Interval: interval, Timeout: time.Second, Params: check.TCP{Address: "192.0.2.1:80"}}}); err != nil {
			t.Fatal(err)
		}
		s.all["web"].open = script.open
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		for range length / interval {
			time.Sleep(interval)
			s.Saw("web", check.Up)
		}
		synctest.Wait()
		stats = s.Stats()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		opened = script.opened
		if left := s.Stats().Connected; left != 0 {
			t.Errorf("%d connections are open after the end, want none", left)
		}
	})
	return asked, opened, stats
}

func TestSensorAsksAtOnce(t *testing.T) {
	asked, opened, stats := lives(t, 10*time.Second, 5*time.Minute, ending{95 * time.Second, syscall.ECONNRESET})
	if len(asked) != 1 || asked[0] != 105*time.Second+sensorSettle {
		t.Errorf("asked for probes at %v, want at 1m45s, when the connection broke", asked)
	}
	if len(opened) != 2 || opened[1] != 110*time.Second {
		t.Errorf("connected at %v, want again at 1m50s, after the next good probe", opened)
	}
	if stats.Connected != 1 || stats.Probed != 1 {
		t.Errorf("stats %+v, want one connection and one probe", stats)
	}
}

// TestSensorLearnsIdleLimits: what a server does to every idle connection is no news.
func TestSensorLearnsIdleLimits(t *testing.T) {
	asked, _, _ := lives(t, 10*time.Second, time.Hour,
		ending{75 * time.Second, io.EOF}, ending{75 * time.Second, io.EOF}, ending{76 * time.Second, io.EOF}, ending{20 * time.Second, io.EOF})
	if len(asked) != 2 {
		t.Errorf("asked for probes at %v, want at the first end, and at the one that came early", asked)
	}
	asked, _, _ = lives(t, 10*time.Second, time.Hour, ending{75 * time.Second, io.EOF}, ending{75 * time.Second, syscall.ECONNRESET})
	if len(asked) != 2 {
		t.Errorf("asked for probes at %v, want also for a reset at the usual time", asked)
	}
}

// TestSensorIsNoStorm has a target that drops every connection after a second.
func TestSensorIsNoStorm(t *testing.T) {
	story := make([]ending, 1000)
	for i := range story {
		story[i] = ending{time.Second + time.Duration(i%2)*3*time.Second, syscall.ECONNRESET}
	}
	asked, opened, stats := lives(t, 10*time.Second, time.Hour, story...)
	for i := 1; i < len(asked); i++ {
		if pause := asked[i] - asked[i-1]; pause < 10*time.Second {
			t.Errorf("asked for probes %s apart, want an interval of 10s at least", pause)
		}
	}
	if len(opened) > 15 {
		t.Errorf("connected %d times in an hour to a target that drops everybody, want few: %v", len(opened), opened)
	}
	if int(stats.Probed) != len(asked) {
		t.Errorf("stats %+v, want %d probes", stats, len(asked))
	}
}

func TestSensorLimitsAskingOnce(t *testing.T) {
	asked, _, stats := lives(t, 5*time.Minute, time.Hour, ending{2 * time.Minute, syscall.ECONNRESET}, ending{2 * time.Minute, syscall.ECONNRESET}, ending{time.Minute, syscall.ECONNRESET})
	if len(asked) != 2 || stats.Limited != 1 {
		t.Errorf("asked for probes at %v, %d were held back, want none 4 minutes after another", asked, stats.Limited)
	}
}

// TestSensorLeavesOthersAlone: a target that cannot be connected to, one that talks,
// and a probe that finds the target down open nothing and ask for nothing.
func TestSensorLeavesOthersAlone(t *testing.T) {
	asked, opened, _ := lives(t, 10*time.Second, 2*time.Minute, ending{0, errors.New("refused")}, ending{5 * time.Second, errTalks})
	if len(asked) != 0 || len(opened) != 2 {
		t.Errorf("asked at %v and connected at %v, want no probe and two attempts", asked, opened)
	}
	s := NewSensors(SensorOptions{})
	if err := s.Set([]check.Check{{ID: "web", Sensor: true, Params: check.TCP{Address: "192.0.2.1:80"}}}); err != nil {
		t.Fatal(err)
	}
	s.Saw("web", check.Down)
	s.Saw("other", check.Up)
	if len(s.all["web"].good) != 0 {
		t.Error("a probe that found the target down lets it be connected to")
	}
}

// TestSensorsShareABound: all connections break at once.
func TestSensorsShareABound(t *testing.T) {
	asked := 0
	s := NewSensors(SensorOptions{Trigger: func(check.ID) bool { asked++; return true }})
	for range 500 {
		s.broke(&sensor{check: check.Check{Interval: time.Second}}, time.Minute, io.EOF)
	}
	if asked < sensorBurst || asked > sensorBurst+sensorRate {
		t.Errorf("%d probes were asked for at once, want %d or a few more", asked, sensorBurst)
	}
}

// TestSensorOverSockets keeps real connections open until their server ends them.
func TestSensorOverSockets(t *testing.T) {
	a := newAuthority(t)
	end := make(chan struct{})
	wait := func(conn net.Conn) { conn.Write([]byte("220 ready\r\n")); <-end }
	plain := target(t, wait)
	encrypted := target(t, overTLS(a.issue(t, nil), wait))
	socketURL := mustURL(t, socket(t, func(ctx context.Context, c *websocket.Conn) {
		c.CloseRead(ctx)
		select {
		case <-end:
		case <-ctx.Done():
		}
	}))
	finish := sync.OnceFunc(func() { close(end) })
	t.Cleanup(finish) // before the targets wait for their connections
	web := mustURL(t, "https://"+encrypted+"/")
	options := check.TLSOptions{Roots: a.pool, ServerName: "example.test"}
	checks := []check.Check{
		{ID: "tcp", Params: check.TCP{Address: plain}},
		{ID: "tls", Params: check.TLSHandshake{Address: encrypted, TLS: options}},
		{ID: "https", Params: check.HTTP{URL: web, TLS: options}},
		{ID: "socket", Params: check.WebSocket{URL: socketURL, Headers: []check.Header{{Name: "Authorization", Value: secret.New("Bearer good")}}}},
	}
	for i := range checks {
		checks[i].Sensor, checks[i].Interval, checks[i].Timeout = true, time.Minute, patience
	}
	asked := make(chan check.ID, len(checks))
	opened := make(chan struct{}, len(checks))
	s := NewSensors(SensorOptions{Trigger: func(id check.ID) bool { asked <- id; return true }})
	if err := s.Set(checks); err != nil {
		t.Fatal(err)
	}
	for _, one := range s.all {
		one.state = func(n int) {
			if n > 0 {
				opened <- struct{}{}
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for _, c := range checks {
		s.Saw(c.ID, check.Up)
	}
	for range checks {
		select {
		case <-opened:
		case <-time.After(patience):
			t.Fatal("not every connection was opened")
		}
	}
	finish()
	seen := map[check.ID]bool{}
	for range checks {
		select {
		case id := <-asked:
			seen[id] = true
		case <-time.After(patience):
			t.Fatalf("the end of a connection was not noticed; those of %v were", seen)
		}
	}
	cancel()
	<-ended
}

// TestSensorsStop takes a check away while its connection is open.
func TestSensorsStop(t *testing.T) {
	gone := make(chan struct{})
	address := target(t, func(conn net.Conn) { io.Copy(io.Discard, conn); close(gone) })
	opened := make(chan struct{}, 1)
	s := NewSensors(SensorOptions{Trigger: func(check.ID) bool { t.Error("asked for a probe"); return true }})
	c := check.Check{ID: "web", Sensor: true, Interval: time.Minute, Timeout: patience, Params: check.TCP{Address: address}}
	if err := s.Set([]check.Check{c}); err != nil {
		t.Fatal(err)
	}
	s.all["web"].state = func(n int) {
		if n > 0 {
			opened <- struct{}{}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	s.Saw("web", check.Up)
	<-opened
	same := s.all["web"]
	if err := s.Set([]check.Check{c}); err != nil || s.all["web"] != same {
		t.Errorf("the same check again replaced its sensor (%v)", err)
	}
	if err := s.Set(nil); err != nil {
		t.Fatal(err)
	}
	<-gone
	cancel()
	<-ended
}

func TestSensorRefuses(t *testing.T) {
	for _, p := range []check.Params{
		check.ICMP{Host: "192.0.2.1"}, check.DNS{Name: "www.example"},
		check.HTTP{URL: mustURL(t, "http://www.example/"), Proxy: mustURL(t, "http://proxy.example:3128")},
	} {
		if err := NewSensors(SensorOptions{}).Set([]check.Check{{ID: "x", Sensor: true, Params: p}}); err == nil {
			t.Errorf("a sensor of %s %q: no error", p.Kind(), p.Target())
		}
	}
}
