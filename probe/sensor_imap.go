package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// idleRenewed is how often a client says that it still waits: servers may take one for
// gone after 30 minutes, and RFC 2177 asks for less than 29.
const idleRenewed = 25 * time.Minute

// idleHeld is a connection of IMAP that waits for news (IDLE, RFC 2177). No mailbox is
// opened: that it ends is what matters, and nobody's mail.
type idleHeld struct {
	net.Conn
	waits bool // the server has agreed to IDLE, else it was only greeted
}

// keep opens a connection to a server of IMAP as a probe does, and holds it.
func (m *mailProbe) keep(ctx context.Context) (kept, error) {
	t := begin(ctx, check.PhaseResolve)
	conn, err := m.to.dial(ctx, &t)
	if err != nil {
		return nil, err
	}
	stop := interrupt(ctx, conn)
	talk := &mailTalk{ctx: ctx, t: &t, params: &m.Mail, host: m.to.host, conn: conn, safe: isLoopback(conn)}
	held, err := m.idle(talk)
	stop()
	if err == nil {
		err = stayOpen(conn)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return held, nil
}

// idle greets the server, logs in if that is asked for, and begins to wait.
func (m *mailProbe) idle(talk *mailTalk) (idleHeld, error) {
	if m.Security == "tls" {
		if err := talk.secure(); err != nil {
			return idleHeld{}, err
		}
	}
	talk.lines = newLines(talk.conn)
	talk.t.enter(check.PhaseWait)
	if err := m.dialog(talk); err != nil {
		return idleHeld{}, err
	}
	k := &imapTalk{mailTalk: talk, count: 100} // tags that the dialogue has not used
	offers, err := k.capability()
	if err != nil || m.User == "" || !slices.Contains(offers, "IDLE") {
		return idleHeld{talk.conn, false}, err
	}
	a, err := k.command("IDLE", "IDLE")
	if err == nil && a.status != "+" {
		err = k.wrong(a)
	}
	return idleHeld{talk.conn, true}, err
}

// Wait reads until the server closes, and renews what is waited for.
func (c idleHeld) Wait(ctx context.Context) error {
	defer interrupt(ctx, c.Conn)()
	buffer := make([]byte, 128)
	renewed := 0
	for left := sensorBytes; left > 0; {
		if c.waits {
			if err := c.SetReadDeadline(time.Now().Add(idleRenewed)); err != nil {
				return err
			}
		}
		if ctx.Err() != nil { // else this deadline would stand instead of that of the interrupt
			return ctx.Err()
		}
		n, err := c.Read(buffer)
		left -= n
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded) && c.waits:
			renewed++
			if _, err := fmt.Fprintf(c, "DONE\r\nr%d IDLE\r\n", renewed); err != nil {
				return err
			}
		case err != nil:
			return err
		}
	}
	return errTalks
}

// Close ends it as the protocol wants it, as far as the server still listens.
func (c idleHeld) Close() error {
	if err := c.SetDeadline(time.Now().Add(byeWait)); err == nil {
		done := ""
		if c.waits {
			done = "DONE\r\n"
		}
		_, _ = io.WriteString(c, done+"z LOGOUT\r\n")
	}
	return c.Conn.Close()
}
