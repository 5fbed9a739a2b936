package notify

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
)

// maxSyslog is what every receiver should take (RFC 5424, section 6.1).
const maxSyslog = 2048

// syslog sends by RFC 5424. Neither UDP nor TCP answers, so that what was sent
// counts as accepted: use it beside a channel that answers.
type syslog struct {
	alert.Syslog
	host string
	pid  int
}

func newSyslog(w alert.Syslog) *syslog {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "-"
	}
	return &syslog{w, host, os.Getpid()}
}

// Send writes one datagram, or one frame with its length before it (RFC 6587,
// section 3.4.1).
func (s *syslog) Send(ctx context.Context, m Message) (string, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, s.Network, s.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	text := s.format(m, time.Now())
	tell(ctx, "> %s", text)
	if s.Network == "tcp" {
		text = fmt.Sprintf("%d %s", len(text), text)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		return "", err
	}
	return "sent; syslog does not answer", nil
}

// daemonFacility is the facility of system daemons (RFC 5424, table 1).
const daemonFacility = 3

func (s *syslog) format(m Message, now time.Time) string {
	severity := map[alert.Severity]int{alert.Critical: 2, alert.Warning: 4, alert.Info: 6}[m.Notice.Severity]
	if m.Over() {
		severity = 5
	}
	kind := string(m.Notice.Kind)
	if kind == "" {
		kind = "-"
	}
	text := fmt.Sprintf("<%d>1 %s %s slamon %d %s - \ufeff%s [%s] %s", daemonFacility*8+severity,
		now.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), s.host, s.pid, kind, m.Subject, Short(m.ID), strings.Join(strings.Fields(m.Text), " "))
	return cut(text, maxSyslog)
}
