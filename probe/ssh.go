package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/slamon/slamon/check"
)

const (
	// sshOurs is our identification string: what a server's log shows of us.
	sshOurs = "SSH-2.0-slamon\r\n"

	// sshBannerLines is how many lines before the identification string are passed
	// over; RFC 4253 sets no limit, and a legal notice is shorter.
	sshBannerLines = 100

	// sshIdentBytes is the longest identification string with its CR LF (RFC 4253
	// section 4.2).
	sshIdentBytes = 255
)

// sshProbe reads a server's identification string.
type sshProbe struct {
	check.SSH
	to endpoint
}

func newSSH(p check.SSH) (*sshProbe, error) {
	to, err := newEndpoint(p.Address, 22, p.Family)
	if err != nil {
		return nil, fmt.Errorf("ssh: %w", err)
	}
	return &sshProbe{SSH: p, to: to}, nil
}

// run is Up when the server identifies itself as one for SSH 2, as expected. Both
// sides may speak first, so ours goes out at once.
func (p *sshProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	conn, err := p.to.dial(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	defer conn.Close()
	defer interrupt(ctx, conn)()
	t.enter(check.PhaseWait)
	if _, err := io.WriteString(conn, sshOurs); err != nil {
		return t.failed(ctx, err)
	}
	ident, err := readIdent(newLines(conn), &t.status)
	if err != nil {
		return t.failed(ctx, err)
	}
	t.enter(check.PhaseJudge)
	if p.Expect != nil && !p.Expect.MatchString(ident) {
		return t.down(check.ReasonContent, "the identification string is not as expected", p.Expect.String(), ident)
	}
	return t.up()
}

// readIdent passes over the lines that a server may send first, and checks the
// identification string (RFC 4253 section 4.2). The last line that was read is
// left in seen.
func readIdent(l *lines, seen *string) (string, error) {
	for range sshBannerLines {
		got, err := l.next()
		if err != nil {
			return "", err
		}
		*seen = got
		if !strings.HasPrefix(got, "SSH-") {
			continue
		}
		switch {
		case len(got)+len("\r\n") > sshIdentBytes:
			return "", fmt.Errorf("the identification string is longer than %d bytes", sshIdentBytes)
		case strings.ContainsRune(got, 0):
			return "", errors.New("the identification string holds a NUL byte")
		case !strings.HasPrefix(got, "SSH-2.0-") && !strings.HasPrefix(got, "SSH-1.99-"):
			return "", errors.New("the server does not speak SSH 2")
		}
		return got, nil
	}
	return "", fmt.Errorf("no identification string in %d lines", sshBannerLines)
}
