package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// wire is a child's end of the talk with its parent: the parent sends one JSON
// line, the child answers with one. End of input asks the child to end.
type wire struct {
	in  *json.Decoder
	out *json.Encoder
}

func newWire(in io.Reader, out io.Writer) *wire {
	return &wire{json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)}
}

// serve answers the parent until it hangs up.
func (w *wire) serve(answer func(request) (any, error)) error {
	for {
		var r request
		if err := w.in.Decode(&r); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		a, err := answer(r)
		if err != nil {
			return err
		}
		if err := w.out.Encode(a); err != nil {
			return err
		}
	}
}

// request is what a parent asks of any child; each looks at what concerns it.
type request struct {
	Window   bool     `json:"window,omitempty"` // what was seen since the last such request
	Path     string   `json:"path,omitempty"`   // targets: of the program that the window is about
	Script   []outage `json:"script,omitempty"` // targets: what to do from now on
	Truth    bool     `json:"truth,omitempty"`  // targets: what was done
	Judge    bool     `json:"judge,omitempty"`  // slamon: the account of every check since From
	From     int64    `json:"from,omitempty"`   // Unix nanoseconds
	To       int64    `json:"to,omitempty"`
	Mute     int      `json:"mute,omitempty"`     // agents: so many fall silent
	Interval int64    `json:"interval,omitempty"` // agents: nanoseconds between two polls
}

// process is a child seen from its parent.
type process struct {
	name    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
	foreign bool // another program: it answers no requests and ends by a signal
}

// spawn starts this program again in a role, and reads what it first says.
func spawn(ctx context.Context, role string, config, hello any) (*process, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{name: role, cmd: exec.CommandContext(ctx, self, "child", role, string(text))}
	p.cmd.Stderr = os.Stderr
	// Interrupting ends the input; a child that does not care is killed.
	p.cmd.Cancel = func() error { return p.in.Close() }
	p.cmd.WaitDelay = stopTime
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.out.Decode(hello); err != nil {
		return nil, fmt.Errorf("start %s: %w", role, err)
	}
	return p, nil
}

// stopTime is what a child may take to end: a scheduler gives its probes five
// seconds, and a store may write a checkpoint.
const stopTime = 30 * time.Second

// ask sends a request and reads the answer.
func (p *process) ask(r request, answer any) error {
	if err := json.NewEncoder(p.in).Encode(r); err != nil {
		return fmt.Errorf("ask %s: %w", p.name, err)
	}
	if err := p.out.Decode(answer); err != nil {
		return fmt.Errorf("answer of %s: %w", p.name, err)
	}
	return nil
}

// stop ends the child and waits for it.
func (p *process) stop() error {
	if p.foreign {
		p.cmd.Process.Signal(syscall.SIGTERM)
	} else {
		p.in.Close()
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}
