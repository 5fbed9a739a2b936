package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/slamon/slamon/check"
)

// gap keeps the tests short.
const gap = time.Millisecond

// TestICMP asks a host that does what it likes, through both kinds of sockets and
// by both versions of IP.
func TestICMP(t *testing.T) {
	t.Parallel()
	other := func(r request) {
		e := *r.echo
		e.Data = slices.Clone(e.Data)
		e.Data[0] ^= 1 // of another program that has our id and number
		r.replyWith(e)
	}
	for name, tt := range map[string]struct {
		answer  func() func(request)
		maxLoss float64
		state   check.State
		reason  check.Reason
		loss    float64
		says    string
	}{
		"all answered":    {func() func(request) { return request.reply }, 0, check.Up, check.ReasonNone, 0, ""},
		"one lost":        {oneLost, 0, check.Degraded, check.ReasonThreshold, 1. / 3, "1 of 3 echo requests"},
		"one may be lost": {oneLost, 0.5, check.Up, check.ReasonNone, 1. / 3, ""},
		"answered twice":  {func() func(request) { return func(r request) { r.reply(); r.reply() } }, 0, check.Up, check.ReasonNone, 0, ""},
		"others' replies": {func() func(request) { return func(r request) { other(r); r.reply() } }, 0, check.Up, check.ReasonNone, 0, ""},
		"only others'":    {func() func(request) { return other }, 0, check.Down, check.ReasonTimeout, 1, "none of 3"},
		"silence":         {func() func(request) { return func(request) {} }, 0.9, check.Down, check.ReasonTimeout, 1, "none of 3"},
		"unreachable":     {func() func(request) { return request.complain }, 0, check.Down, check.ReasonUnreachable, 1, "unreachable"},
	} {
		for _, socket := range []struct {
			v6, unprivileged bool
		}{{false, false}, {false, true}, {true, false}, {true, true}} {
			t.Run(fmt.Sprintf("%s/v6=%v,unprivileged=%v", name, socket.v6, socket.unprivileged), func(t *testing.T) {
				t.Parallel()
				l := newLab(t, socket.v6, socket.unprivileged, tt.answer())
				limit := 8 * brief // in which those answer that do
				if tt.loss == 0 || tt.reason == check.ReasonUnreachable {
					limit = patience // it must come back as soon as all is known
				}
				o := outcomeOf(t, l.ask(t, check.ICMP{Gap: gap, MaxLoss: tt.maxLoss}), limit)
				want(t, o, tt.state, tt.reason)
				if got := fact(t, o, check.PacketLoss); got < tt.loss-0.01 || got > tt.loss+0.01 {
					t.Errorf("loss = %v, want %v", got, tt.loss)
				}
				if tt.says != "" {
					mentions(t, o, tt.says)
				}
				if tt.state == check.Up {
					least, most := fact(t, o, check.RTTMin), fact(t, o, check.RTTMax)
					if mean := o.Took.Seconds(); least <= 0 || least > mean || mean > most {
						t.Errorf("round trips %v to %v s with mean %v", least, most, mean)
					}
				}
			})
		}
	}
}

func oneLost() func(request) {
	var lost atomic.Bool
	return func(r request) {
		if !lost.CompareAndSwap(false, true) {
			r.reply()
		}
	}
}

// TestICMPLate: replies that come after the deadline are told apart from lost ones
// by the next probe.
func TestICMPLate(t *testing.T) {
	t.Parallel()
	var held []request
	var mu sync.Mutex
	l := newLab(t, false, true, func(r request) {
		mu.Lock()
		defer mu.Unlock()
		held = append(held, r)
	})
	p, err := newICMP(check.ICMP{Host: "127.0.0.1", Gap: gap}, l.pings)
	if err != nil {
		t.Fatal(err)
	}
	o := outcomeOf(t, p, brief)
	want(t, o, check.Down, check.ReasonTimeout)
	if strings.Contains(o.Detail.Sentence, "late") {
		t.Errorf("sentence = %q before any reply", o.Detail.Sentence)
	}
	mu.Lock()
	for _, r := range held {
		r.reply()
	}
	mu.Unlock()
	o = outcomeOf(t, p, brief)
	want(t, o, check.Down, check.ReasonTimeout)
	mentions(t, o, "3 replies to earlier requests came too late")
	o = outcomeOf(t, p, brief)
	if strings.Contains(o.Detail.Sentence, "late") {
		t.Errorf("sentence = %q: told twice", o.Detail.Sentence)
	}
}

// TestICMPForgedComplaint quotes requests that we never sent.
func TestICMPForgedComplaint(t *testing.T) {
	t.Parallel()
	for _, unprivileged := range []bool{false, true} {
		l := newLab(t, false, unprivileged, func(r request) {
			real := *r.echo
			r.echo.Seq += 1000 // not in flight
			r.complain()
			r.echo = &real
			r.reply()
		})
		want(t, outcomeOf(t, l.ask(t, check.ICMP{Gap: gap}), patience), check.Up, check.ReasonNone)
	}
}

// TestICMPNoRoute: a network that we have no route to says nothing of the target.
func TestICMPNoRoute(t *testing.T) {
	t.Parallel()
	for _, unprivileged := range []bool{false, true} {
		l := newLab(t, false, unprivileged, nil)
		probe, err := newICMP(check.ICMP{Host: "192.0.2.1"}, l.pings)
		if err != nil {
			t.Fatal(err)
		}
		want(t, outcomeOf(t, probe, patience), check.Unknown, check.ReasonOwnNetwork)
	}
}

// TestICMPWithoutRight has neither kind of socket.
func TestICMPWithoutRight(t *testing.T) {
	t.Parallel()
	var o check.Outcome
	alone(t, func() error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil { // of this thread only
			return err
		}
		probe, err := newICMP(check.ICMP{Host: "127.0.0.1"}, new(pinger))
		if err == nil {
			o = probe(t.Context())
		}
		return err
	})
	want(t, o, check.Unknown, check.ReasonInternal)
	mentions(t, o, "net.ipv4.ping_group_range")
	mentions(t, o, "CAP_NET_RAW")
}

func TestICMPNoSocket(t *testing.T) {
	for err, reason := range map[error]check.Reason{
		errors.Join(syscall.EACCES, syscall.EMFILE): check.ReasonResources,
		errors.Join(syscall.EACCES, syscall.EPERM):  check.ReasonInternal,
		syscall.EAFNOSUPPORT:                        check.ReasonOwnNetwork,
	} {
		tr := begin(context.Background(), check.PhaseWait)
		want(t, noSocket(&tr, err), check.Unknown, reason)
	}
}

// TestICMPMany sends the requests of 10,000 checks at once through one socket, and
// loses none.
func TestICMPMany(t *testing.T) {
	const checks = 10_000
	l := newLab(t, false, false, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	outcomes := make([]check.Outcome, checks)
	var wg sync.WaitGroup
	for i := range outcomes {
		probe := l.ask(t, check.ICMP{Gap: 100 * time.Millisecond})
		wg.Go(func() { outcomes[i] = probe(ctx) })
	}
	wg.Wait()
	bad, unsure := 0, 0
	for _, o := range outcomes {
		if len(o.Facts) == 2 {
			unsure++
		}
		if o.State != check.Up {
			if bad++; bad < 5 {
				t.Error(describe(o))
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d checks are not up", bad, checks)
	}
	t.Logf("our receive buffer was too small for replies to %d checks", unsure)
}

// TestICMPSequence: more requests than sequence numbers wait for a reply.
func TestICMPSequence(t *testing.T) {
	l := &echoLink{waiting: make(map[uint16]*echo)}
	run := &echoRun{}
	var first *echo
	for i := range 1 << 16 {
		e, err := l.register(run, localhost)
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		if first == nil {
			first = e
		}
	}
	if _, err := l.register(run, localhost); !errors.Is(err, errNoSequence) {
		t.Errorf("register = %v, want %v", err, errNoSequence)
	}
	l.finish([]*echo{first}, time.Now()) // it may be taken from one that is only late
	e, err := l.register(run, localhost)
	if err != nil || e.seq != first.seq {
		t.Errorf("register = %+v, %v, want number %d again", e, err, first.seq)
	}
	l.finish(nil, time.Now().Add(2*lateFor)) // must not forget the new owner
	if l.waiting[e.seq] != e || len(l.late) != 0 {
		t.Errorf("after a minute %d waits for %+v, and %d are late", e.seq, l.waiting[e.seq], len(l.late))
	}
}

// TestICMPForgets: what was given up is forgotten after a while.
func TestICMPForgets(t *testing.T) {
	l := &echoLink{waiting: make(map[uint16]*echo)}
	now := time.Now()
	for range 1000 {
		e, err := l.register(&echoRun{}, localhost)
		if err != nil {
			t.Fatal(err)
		}
		l.finish([]*echo{e}, now)
		now = now.Add(time.Second)
	}
	if most := int(lateFor/time.Second) + 2; len(l.waiting) > most || len(l.late) > most {
		t.Errorf("%d waiting, %d late, want at most %d", len(l.waiting), len(l.late), most)
	}
}

func TestExtendedErr(t *testing.T) {
	entry := make([]byte, extendedErrBytes+8)
	binary.NativeEndian.PutUint32(entry, uint32(syscall.EHOSTUNREACH))
	entry[4], entry[5], entry[6] = unix.SO_EE_ORIGIN_ICMP, 3, 1
	copy(entry[extendedErrBytes+4:], []byte{192, 0, 2, 1})
	if problem, from := readExtendedErr(false, entry); problem != "host unreachable" || from.String() != "192.0.2.1" {
		t.Errorf("readExtendedErr = %q from %s", problem, from)
	}
	entry[4] = unix.SO_EE_ORIGIN_LOCAL
	if problem, from := readExtendedErr(false, entry); problem != syscall.EHOSTUNREACH.Error() || from.IsValid() {
		t.Errorf("readExtendedErr = %q from %s, want our own kernel's words", problem, from)
	}
}
