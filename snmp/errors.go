package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// The ways in which a request can fail. Each wraps into one check.Reason.
var (
	errSilent      = errors.New("no answer")
	errRefused     = errors.New("the host answers, but no SNMP agent listens on the port")
	errUnreachable = errors.New("the host or its network is unreachable")
	errGarbage     = errors.New("the answers are not SNMP messages that belong to the question")
	errFlood       = errors.New("the agent floods us with messages that belong to no question")
	errName        = errors.New("the name does not resolve")
	errClosed      = errors.New("the SNMP sockets are closed")
	errOrder       = errors.New("the agent's objects do not increase; the walk would not end")
)

// authError says that the agent answered but does not accept us.
type authError struct{ why string }

func (e *authError) Error() string {
	return "credentials or engine changed: " + e.why
}

// statusError is an error status of an answer (RFC 3416 section 3).
type statusError struct {
	status int
	index  int // of the object that is meant, from 1; 0 for none
}

var statusNames = [...]string{
	"noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
	"wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
	"undoFailed", "authorizationError", "notWritable", "inconsistentName",
}

const statusTooBig = 1

func (e *statusError) Error() string {
	name := fmt.Sprintf("status %d", e.status)
	if e.status >= 0 && e.status < len(statusNames) {
		name = statusNames[e.status]
	}
	return "the agent answered with the error " + name
}

// classify says what an error means for the liveness of the agent and for the
// readings that were asked for.
//
// Refused credentials are Unknown: the agent lives and we cannot ask it. A closed
// port is Down although the host answers: what was asked about is the agent.
func classify(err error) (check.State, check.Reason, device.Void) {
	var auth *authError
	var status *statusError
	switch {
	case errors.As(err, &auth):
		return check.Unknown, check.ReasonAuth, device.VoidAuth
	case errors.As(err, &status):
		return check.Degraded, check.ReasonStatus, device.VoidAgentError
	case errors.Is(err, errOrder):
		return check.Degraded, check.ReasonProtocol, device.VoidAgentError
	case errors.Is(err, errRefused):
		return check.Down, check.ReasonRefused, device.VoidRefused
	case errors.Is(err, errUnreachable):
		return check.Down, check.ReasonUnreachable, device.VoidSilent
	case errors.Is(err, errName):
		return check.Down, check.ReasonDNS, device.VoidSilent
	case errors.Is(err, errGarbage), errors.Is(err, errFlood):
		return check.Down, check.ReasonProtocol, device.VoidSilent
	case errors.Is(err, errSilent), errors.Is(err, context.DeadlineExceeded):
		return check.Down, check.ReasonTimeout, device.VoidSilent
	case errors.Is(err, context.Canceled), errors.Is(err, errClosed), errors.Is(err, net.ErrClosed):
		return check.Unknown, check.ReasonStopped, device.VoidUnasked
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
		return check.Unknown, check.ReasonResources, device.VoidUnasked
	}
	return check.Unknown, check.ReasonInternal, device.VoidUnasked
}

// sendError maps what the kernel says when it cannot send, or what a router
// answered to what was sent before.
func sendError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH),
		errors.Is(err, syscall.EHOSTDOWN), errors.Is(err, syscall.ENETDOWN), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return errUnreachable
	}
	return err
}
