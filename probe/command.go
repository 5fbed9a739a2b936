package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// defaultOutput is what a command may print unless the check says otherwise:
	// a plugin says a line, a talkative one a screen.
	defaultOutput = 64 << 10

	// commandGrace is how long the end of the output is waited for once the program
	// is gone: something that it left behind may hold the pipe for ever.
	commandGrace = 500 * time.Millisecond

	// maxCommands bounds the programs that run at the same time, since each costs a
	// process and its memory. More wait, within their timeout.
	maxCommands = 32

	// commandPath is where programs find others (hier(7)).
	commandPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

var commandPlaces = make(chan struct{}, maxCommands)

var errOutput = errors.New("the command printed more than it may")

// command is a command made ready.
type command struct {
	check.Command
	as     identity
	labels perfLabels
}

// identity is a user with its group; zero for our own.
type identity struct {
	set      bool
	uid, gid uint32
}

// Command returns a probe that runs a program in a process group of its own, which
// is killed as a whole at the end, and takes its word as the monitoring plugins mean it
// (https://www.monitoring-plugins.org/doc/guidelines.html): 0 is Up, 1 Degraded, 2
// Down, and 3 Unknown.
func Command(p check.Command) func(context.Context) check.Outcome {
	return usable(runner(newCommand(p)))
}

func newCommand(p check.Command) (*command, error) {
	if p.Program == "" {
		return nil, errors.New("command without a program")
	}
	if p.MaxOutput == 0 {
		p.MaxOutput = defaultOutput
	}
	if p.Directory == "" {
		p.Directory = "/"
	}
	as, err := identify(p.User)
	if err != nil {
		return nil, fmt.Errorf("command: %w", err)
	}
	return &command{Command: p, as: as}, nil
}

// identify looks a user up; none is ourselves.
func identify(name string) (identity, error) {
	if name == "" {
		return identity{}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return identity{}, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("user %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("user %s: %w", name, err)
	}
	return identity{true, uint32(uid), uint32(gid)}, nil
}

// printed is what a command prints, up to a limit; more ends the command.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
	left int64
	stop context.CancelFunc
	over bool
}

// Write takes what fits.
func (w *printed) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if int64(len(b)) > w.left {
		w.text.Write(b[:w.left])
		w.left, w.over = 0, true
		w.stop()
		return 0, errOutput
	}
	w.left -= int64(len(b))
	return w.text.Write(b)
}

func (c *command) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseConnect)
	if ctx.Err() == context.Canceled {
		return t.broken(check.ReasonStopped, "the probe was stopped before the command was started")
	}
	select {
	case commandPlaces <- struct{}{}:
		defer func() { <-commandPlaces }()
	case <-ctx.Done():
		return t.broken(check.ReasonResources, fmt.Sprintf("%d commands ran already, all the time", maxCommands))
	}
	inner, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	out := &printed{left: c.MaxOutput, stop: cancel}
	marker := "SLAMON_RUN=" + newToken()
	cmd := c.prepare(inner, out, marker)
	if err := cmd.Start(); err != nil {
		return t.broken(check.ReasonInternal, "the command cannot be started: "+startCause(err))
	}
	t.enter(check.PhaseWait)
	limitMemory(cmd.Process.Pid, c.MaxMemory)
	err := cmd.Wait()
	killGroup(cmd.Process.Pid)
	reap(-cmd.Process.Pid)
	if err != nil { // among others, when the output was held open after the end
		killMarked(marker)
	}
	t.enter(check.PhaseJudge)
	return c.masked(c.judge(ctx, &t, cmd, out, err))
}

// prepare makes the process ready to be started. Nothing of the daemon's own
// environment goes into it: there are secrets in it.
func (c *command) prepare(ctx context.Context, out *printed, marker string) *exec.Cmd {
	program, args := c.Program, c.Args
	if c.Shell {
		program, args = "/bin/sh", append([]string{"-c", c.Program, "sh"}, c.Args...)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = c.Directory, out, out, commandGrace
	cmd.Env = []string{commandPath, "LANG=C.UTF-8", marker}
	for _, v := range c.Env {
		cmd.Env = append(cmd.Env, v.Name+"="+v.Value.Reveal())
	}
	isolate(cmd, c.as)
	return cmd
}

func startCause(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}

func (c *command) masked(o check.Outcome) check.Outcome {
	var m masks
	for _, v := range c.Env {
		if !v.Plain {
			m.add(v.Value.Reveal())
		}
	}
	m.evidence(o.Detail)
	return o
}

// The exit codes of a monitoring plugin, and those of a shell that found no program.
const (
	exitOK        = 0
	exitWarning   = 1
	exitCritical  = 2
	exitUnknown   = 3
	exitNotRun    = 126
	exitNotFound  = 127
	signalMessage = "the command was ended by a signal: "
)

// judge takes the command's word, if it has come to one.
func (c *command) judge(ctx context.Context, t *trace, cmd *exec.Cmd, out *printed, err error) check.Outcome {
	out.mu.Lock()
	said, over := out.text.Bytes(), out.over
	out.mu.Unlock()
	t.body = said
	switch {
	case over:
		return t.broken(check.ReasonInternal, fmt.Sprintf("the command printed more than the %d bytes that it may", c.MaxOutput))
	case errors.Is(ctx.Err(), context.Canceled):
		return t.broken(check.ReasonStopped, "the probe was stopped before the command was done")
	case expired(ctx):
		return t.down(check.ReasonTimeout, "the command was not done in time, and killed", "an answer within the timeout", "")
	}
	code := cmd.ProcessState.ExitCode()
	if code < 0 {
		return t.broken(check.ReasonInternal, signalMessage+cmd.ProcessState.String())
	}
	if err != nil && code == exitOK && !errors.Is(err, exec.ErrWaitDelay) {
		return t.broken(check.ReasonInternal, "the command's output cannot be read: "+err.Error())
	}
	answer, values := parsePlugin(said)
	t.facts = append(t.facts, c.labels.bounded(values)...)
	t.status = "exit code " + strconv.Itoa(code)
	return c.verdict(t, code, answer)
}

// verdict is the meaning of an exit code.
func (c *command) verdict(t *trace, code int, answer string) check.Outcome {
	sentence := line(answer)
	if sentence == "" {
		sentence = "the command said nothing, and ended with " + t.status
	}
	switch {
	case code == exitNotFound || code == exitNotRun:
		return t.broken(check.ReasonInternal, strings.TrimSuffix("there is no such program, or it must not be run ("+t.status+"): "+line(answer), ": "))
	case code == exitOK && !t.explain:
		return t.up()
	case code == exitOK:
		return t.found(check.Up, check.ReasonNone, sentence, "", "")
	case c.Plain || code == exitCritical:
		return t.found(check.Down, check.ReasonStatus, sentence, "exit code 0", t.status)
	case code == exitWarning:
		return t.found(check.Degraded, check.ReasonThreshold, sentence, "exit code 0", t.status)
	case code == exitUnknown:
		return t.broken(check.ReasonInternal, "the command cannot tell: "+sentence)
	}
	return t.broken(check.ReasonInternal, fmt.Sprintf("%s, which no monitoring plugin means: %s", t.status, sentence))
}
