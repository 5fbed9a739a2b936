package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
)

// Sender delivers messages over one channel. Send returns what the receiving side
// answered when it took the message over. Its error is a Failure or counts as
// temporary. Senders are safe for concurrent use and show no secret.
type Sender interface {
	Send(ctx context.Context, m Message) (answer string, err error)
}

// Keeper is a Sender whose receiver forgets what is not said again, such as an
// Alertmanager. Keep tells it which conditions are still there; pages is the address
// of the pages about them, empty when unknown.
type Keeper interface {
	Keep(ctx context.Context, now time.Time, conditions []alert.Condition, pages string) error
}

// Failure is why a message was not taken, or not by everybody.
type Failure struct {
	Permanent bool          // trying again cannot help: a wrong address, a refused password
	Reached   string        // what those answered who did take it; empty when nobody did
	After     time.Duration // asked for by the receiving side before the next attempt
	Err       error
}

// Error returns the text of the cause.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// permanent makes a Failure that trying again cannot help.
func permanent(format string, args ...any) error {
	return &Failure{Permanent: true, Err: fmt.Errorf(format, args...)}
}

// failure returns the Failure in err; a temporary one when there is none.
func failure(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Err: err}
}

// IsPermanent reports whether trying again cannot help.
func IsPermanent(err error) bool { return err != nil && failure(err).Permanent }

// maxAnswer bounds what is kept of an answer.
const maxAnswer = 300

// clip makes an answer fit to be kept and shown: one line, bounded.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if len(s) > maxAnswer {
		s = strings.ToValidUTF8(s[:maxAnswer], "") + "…"
	}
	return s
}

// cut shortens a text to at most limit bytes, for receivers with a limit.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit-len("…")], "") + "…"
}

// New makes the sender of a channel. Its error is a mistake in the settings.
func New(l alert.Line) (Sender, error) {
	switch w := l.Way.(type) {
	case alert.Mail:
		return newMail(w), nil
	case alert.Webhook:
		return newWebhook(w)
	case alert.Alertmanager:
		return newAlertmanager(w, l.Language), nil
	case alert.Chat:
		return newChat(w)
	case alert.Syslog:
		return newSyslog(w), nil
	case alert.Command:
		return command{w}, nil
	}
	return nil, fmt.Errorf("channel %s: no way to reach people is set", l.ID)
}
