package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/slamon/slamon/check"
)

// socketError is the form in which package net hands out the kernel's errors.
func socketError(call string, errno syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(call, errno)}
}

func TestClassify(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	dns := func(text string) error { return &net.DNSError{Err: text, Name: "example.test"} }
	for _, c := range []struct {
		name   string
		ctx    context.Context
		phase  check.Phase
		err    error
		state  check.State
		reason check.Reason
	}{
		{"refused", t.Context(), check.PhaseConnect, socketError("connect", syscall.ECONNREFUSED), check.Down, check.ReasonRefused},
		{"host unreachable", t.Context(), check.PhaseConnect, socketError("connect", syscall.EHOSTUNREACH), check.Down, check.ReasonUnreachable},
		{"kernel gave up", t.Context(), check.PhaseConnect, socketError("connect", syscall.ETIMEDOUT), check.Down, check.ReasonTimeout},
		{"reset", t.Context(), check.PhaseWait, socketError("read", syscall.ECONNRESET), check.Down, check.ReasonReset},
		{"broken pipe", t.Context(), check.PhaseWait, socketError("write", syscall.EPIPE), check.Down, check.ReasonReset},
		{"closed", t.Context(), check.PhaseWait, io.EOF, check.Down, check.ReasonReset},
		{"closed in TLS", t.Context(), check.PhaseTLS, io.ErrUnexpectedEOF, check.Down, check.ReasonReset},
		{"deadline", t.Context(), check.PhaseWait, os.ErrDeadlineExceeded, check.Down, check.ReasonTimeout},
		{"expired", expired, check.PhaseConnect, context.DeadlineExceeded, check.Down, check.ReasonTimeout},
		{"expired while resolving", expired, check.PhaseResolve, context.DeadlineExceeded, check.Down, check.ReasonDNS},
		{"no such name", t.Context(), check.PhaseResolve, dns("no such host"), check.Down, check.ReasonDNS},
		{"resolver fails", t.Context(), check.PhaseResolve, dns("server misbehaving"), check.Down, check.ReasonDNS},
		{"not TLS", t.Context(), check.PhaseWait, tls.RecordHeaderError{}, check.Down, check.ReasonTLS},
		{"alert", t.Context(), check.PhaseWait, &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, check.Down, check.ReasonTLS},
		{"not the protocol", t.Context(), check.PhaseTransfer, errors.New("malformed"), check.Down, check.ReasonProtocol},
		{"some TLS error", t.Context(), check.PhaseTLS, errors.New("malformed"), check.Down, check.ReasonTLS},
		{"some error of connecting", t.Context(), check.PhaseConnect, errors.New("odd"), check.Down, check.ReasonUnreachable},
		{"some error of resolving", t.Context(), check.PhaseResolve, errors.New("odd"), check.Down, check.ReasonDNS},

		{"cancelled", cancelled, check.PhaseWait, os.ErrDeadlineExceeded, check.Unknown, check.ReasonStopped},
		{"cancelled by error", t.Context(), check.PhaseWait, fmt.Errorf("x: %w", context.Canceled), check.Unknown, check.ReasonStopped},
		{"no descriptor", t.Context(), check.PhaseConnect, socketError("socket", syscall.EMFILE), check.Unknown, check.ReasonResources},
		{"no descriptor anywhere", t.Context(), check.PhaseConnect, socketError("socket", syscall.ENFILE), check.Unknown, check.ReasonResources},
		{"no buffer", t.Context(), check.PhaseConnect, socketError("connect", syscall.ENOBUFS), check.Unknown, check.ReasonResources},
		{"no memory", t.Context(), check.PhaseConnect, socketError("socket", syscall.ENOMEM), check.Unknown, check.ReasonResources},
		{"no port", t.Context(), check.PhaseConnect, socketError("connect", syscall.EADDRNOTAVAIL), check.Unknown, check.ReasonResources},
		{"no route", t.Context(), check.PhaseConnect, socketError("connect", syscall.ENETUNREACH), check.Unknown, check.ReasonOwnNetwork},
		{"no such family", t.Context(), check.PhaseConnect, socketError("socket", syscall.EAFNOSUPPORT), check.Unknown, check.ReasonOwnNetwork},
		{"own packet filter", t.Context(), check.PhaseConnect, socketError("connect", syscall.EPERM), check.Unknown, check.ReasonOwnNetwork},
		{"no descriptor for the resolver", t.Context(), check.PhaseResolve, dns("dial udp 127.0.0.1:53: socket: too many open files"), check.Unknown, check.ReasonResources},
	} {
		t.Run(c.name, func(t *testing.T) {
			state, reason := classify(c.ctx, c.phase, c.err)
			if state != c.state || reason != c.reason {
				t.Errorf("classify(%s, %v) = %s %s, want %s %s", c.phase, c.err, state, reason, c.state, c.reason)
			}
		})
	}
}

// TestReasonsFitStates holds that a reason of our own goes with Unknown only.
func TestReasonsFitStates(t *testing.T) {
	for _, r := range ours {
		if r < check.ReasonInternal {
			t.Errorf("%s is among our own reasons", r)
		}
	}
	for errno, r := range theirs {
		if r >= check.ReasonInternal {
			t.Errorf("%s is among the target's reasons", r)
		}
		if _, both := ours[errno]; both {
			t.Errorf("%v is ours and theirs", errno)
		}
	}
}

func TestCause(t *testing.T) {
	for want, err := range map[string]error{
		"connection refused":                  socketError("connect", syscall.ECONNREFUSED),
		"the connection was closed too early": fmt.Errorf("read: %w", io.EOF),
		"tls: bad certificate":                &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")},
	} {
		if got := cause(err); got != want {
			t.Errorf("cause(%v) = %q, want %q", err, got, want)
		}
	}
}

// TestOutOfDescriptors takes all descriptors away and asks.
func TestOutOfDescriptors(t *testing.T) {
	address := target(t, hangs)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	none := syscall.Rlimit{Cur: 0, Max: before.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	tcp := TCP(check.TCP{Address: address})
	web := HTTP(check.HTTP{URL: mustURL(t, "http://"+address+"/")})
	named := HTTP(check.HTTP{URL: mustURL(t, "http://slamon-test.invalid/")})
	all := []check.Outcome{tcp(t.Context()), web(t.Context()), named(t.Context())}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		want(t, o, check.Unknown, check.ReasonResources)
		if !strings.Contains(o.Detail.Sentence, "too many open files") {
			t.Errorf("sentence %q", o.Detail.Sentence)
		}
	}
}
