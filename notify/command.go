package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/slamon/slamon/alert"
)

const (
	// maxOutput bounds what is kept of a command's output.
	maxOutput = 4 << 10
	// commandGrace is how long the pipes of a killed command may stay open.
	commandGrace = time.Second
	// The exit codes of sysexits.h that say something about trying again.
	exitTemporary, exitUsageFirst, exitConfigLast = 75, 64, 78
)

// command runs a program without a shell, in a process group of its own, with the
// message as JSON on its standard input.
type command struct{ alert.Command }

// Send runs the program. Exit code 0 means taken; 64 to 78, but for 75, are the
// lasting errors of sysexits.h; any other may pass.
func (s command) Send(ctx context.Context, m Message) (string, error) {
	run := exec.CommandContext(ctx, s.Path, s.Args...)
	run.Env = append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
		"SLAMON_NOTICE=" + Short(m.ID), "SLAMON_THREAD=" + Short(m.Thread), "SLAMON_KIND=" + string(m.Notice.Kind),
		"SLAMON_SEVERITY=" + m.Notice.Severity.String(), "SLAMON_SUBJECT=" + strings.ReplaceAll(m.Subject, "\x00", ""),
	}, s.Env...)
	run.Stdin = bytes.NewReader(m.JSON())
	var out head
	run.Stdout, run.Stderr = &out, &out
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	run.Cancel = func() error { return syscall.Kill(-run.Process.Pid, syscall.SIGKILL) } // its children too
	run.WaitDelay = commandGrace
	tell(ctx, "> %s %s", s.Path, strings.Join(s.Args, " "))
	err := run.Run()
	text := clip(out.String())
	tell(ctx, "< %s", out.String())
	return text, s.judge(ctx, err, text)
}

func (s command) judge(ctx context.Context, err error, text string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s did not end in time and was killed: %s", s.Path, text)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return permanent("%w", err) // there is no such program, or it may not be run
	}
	code := exit.ExitCode()
	if code >= exitUsageFirst && code <= exitConfigLast && code != exitTemporary {
		return permanent("%s: exit code %d: %s", s.Path, code, text)
	}
	return fmt.Errorf("%s: %s: %s", s.Path, exit, text)
}

// head keeps the first bytes that are written and takes the rest without keeping it.
type head struct{ kept []byte }

// Write never fails: a chatty command is not an error.
func (h *head) Write(p []byte) (int, error) {
	if room := maxOutput - len(h.kept); room > 0 {
		h.kept = append(h.kept, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// String returns what was kept.
func (h *head) String() string { return string(h.kept) }
