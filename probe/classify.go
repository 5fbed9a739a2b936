package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/slamon/slamon/check"
)

// ours are the errors that say that we could not ask. ENETUNREACH is among
// them because the kernel returns it at once when our own host has no route or no
// address of that family; what a router says of the target's network arrives on
// a TCP connect as EHOSTUNREACH or not at all. EADDRNOTAVAIL means that no local
// port is left.
var ours = map[syscall.Errno]check.Reason{
	syscall.EMFILE:        check.ReasonResources,
	syscall.ENFILE:        check.ReasonResources,
	syscall.ENOBUFS:       check.ReasonResources,
	syscall.ENOMEM:        check.ReasonResources,
	syscall.EADDRNOTAVAIL: check.ReasonResources,
	syscall.ENETUNREACH:   check.ReasonOwnNetwork,
	syscall.ENETDOWN:      check.ReasonOwnNetwork,
	syscall.EAFNOSUPPORT:  check.ReasonOwnNetwork,
	syscall.EACCES:        check.ReasonOwnNetwork, // a packet filter of ours
	syscall.EPERM:         check.ReasonOwnNetwork,
	syscall.EINVAL:        check.ReasonInternal,
	syscall.EBADF:         check.ReasonInternal,
}

// theirs are the errors that the target or the way to it is the cause of.
var theirs = map[syscall.Errno]check.Reason{
	syscall.ECONNREFUSED: check.ReasonRefused,
	syscall.EHOSTUNREACH: check.ReasonUnreachable,
	syscall.EHOSTDOWN:    check.ReasonUnreachable,
	syscall.ETIMEDOUT:    check.ReasonTimeout,
	syscall.ECONNRESET:   check.ReasonReset,
	syscall.ECONNABORTED: check.ReasonReset,
	syscall.EPIPE:        check.ReasonReset,
}

// classify says whose fault an error of the given phase was, and which. The
// context is that of the probe: one that was cancelled, rather than expired,
// means that we gave up and not the target.
func classify(ctx context.Context, p check.Phase, err error) (check.State, check.Reason) {
	if errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, context.Canceled) {
		return check.Unknown, check.ReasonStopped
	}
	if r, ok := resources(err); ok {
		return check.Unknown, r
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return check.Down, check.ReasonDNS
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if r, ok := theirs[errno]; ok {
			return check.Down, r
		}
	}
	if errors.Is(err, net.ErrClosed) && expired(ctx) {
		return check.Down, check.ReasonTimeout // the connection was closed for that
	}
	return check.Down, blame(p, err)
}

func expired(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && !time.Now().Before(end)
}

// resources reports whether err says that we could not ask.
func resources(err error) (check.Reason, bool) {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		r, ok := ours[errno]
		return r, ok
	}
	// The resolver of package net keeps only the text of a failing socket call.
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		for errno, r := range ours {
			if r == check.ReasonResources && strings.HasSuffix(dns.Err, errno.Error()) {
				return r, true
			}
		}
	}
	return check.ReasonNone, false
}

// blame finds the reason of a failure of the target.
func blame(p check.Phase, err error) check.Reason {
	switch {
	case timedOut(err):
		if p == check.PhaseResolve {
			return check.ReasonDNS
		}
		return check.ReasonTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return check.ReasonReset
	case isTLS(err):
		return check.ReasonTLS
	}
	switch p {
	case check.PhaseResolve:
		return check.ReasonDNS
	case check.PhaseConnect:
		return check.ReasonUnreachable
	case check.PhaseTLS:
		return check.ReasonTLS
	}
	return check.ReasonProtocol
}

func timedOut(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// isTLS finds the errors of crypto/tls that may come up after the handshake: an
// alert, as of a server that did not like our certificate, and records that are
// none.
func isTLS(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "remote error" || op.Op == "local error"
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok
}

// cause is the text of err without the call and the addresses that package net
// puts before it: the evidence has them in fields of their own.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if sys, ok := errors.AsType[*os.SyscallError](err); ok {
		err = sys.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed too early"
	}
	// The library guesses at length which authority it might have been.
	said, _, _ := strings.Cut(err.Error(), " (possibly because of")
	return said
}
