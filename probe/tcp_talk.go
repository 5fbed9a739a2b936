package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// talkLimit bounds what is kept of an answer in a dialogue.
	talkLimit = 64 << 10

	// talkReads bounds how often a dialogue reads. Each read has the pattern
	// tried again, which a target that sends single bytes could make costly.
	// An honest one fills the limit with some 50 packets.
	talkReads = 256
)

var (
	errTalkLong  = fmt.Errorf("no match in the first %d bytes", talkLimit)
	errTalkReads = fmt.Errorf("no match in the first %d packets", talkReads)
	errRefused   = errors.New("the answer is a refusal")
)

// talk is a dialogue over a connection.
type talk struct {
	conn  net.Conn
	trace *trace
	heard []byte // received, and not yet part of a match
	reads int
}

// send sends b; nothing if it is empty.
func (k *talk) send(b []byte) error {
	if k.trace.phase != check.PhaseWait {
		k.trace.enter(check.PhaseWait)
	}
	if len(b) == 0 {
		return nil
	}
	_, err := k.conn.Write(b)
	return err
}

// expect reads until want matches, and fails early when refuse does. It
// consumes what comes up to the end of the match.
func (k *talk) expect(want, refuse *regexp.Regexp) error {
	for {
		if at := want.FindIndex(k.heard); at != nil {
			k.heard = k.heard[at[1]:]
			return nil
		}
		if refuse != nil && refuse.Match(k.heard) {
			return errRefused
		}
		if err := k.read(); err != nil {
			return err
		}
	}
}

// read appends what comes next to k.heard.
func (k *talk) read() error {
	room := talkLimit - len(k.heard)
	if room == 0 {
		return errTalkLong
	}
	if k.reads++; k.reads > talkReads {
		return errTalkReads
	}
	var part [readSize]byte
	n, err := k.conn.Read(part[:min(room, len(part))])
	if n == 0 {
		if err == nil {
			err = io.ErrNoProgress
		}
		return err
	}
	if k.trace.phase == check.PhaseWait {
		k.trace.enter(check.PhaseTransfer)
	}
	k.heard = append(k.heard, part[:n]...)
	k.show(part[:n])
	return nil
}

// show keeps the first bytes for evidence, and the first line as greeting.
func (k *talk) show(b []byte) {
	t := k.trace
	if room := check.EvidenceLimit - len(t.body); room > 0 {
		t.body = append(t.body, b[:min(room, len(b))]...)
	}
	if t.status == "" {
		if line, _, whole := bytes.Cut(t.body, []byte("\n")); whole {
			t.status = string(line)
		}
	}
}

// failure is the complaint of an error on the connection.
func (k *talk) failure(ctx context.Context, err error) *complaint {
	state, reason := classify(ctx, k.trace.phase, err)
	return &complaint{state: state, reason: reason, sentence: k.trace.sentence(ctx, reason, err)}
}

// why tells what ended the waiting for a match.
func (k *talk) why(err error) string {
	if timedOut(err) {
		return fmt.Sprintf("nothing more within %s", time.Since(k.trace.started).Round(time.Millisecond))
	}
	return cause(err)
}
